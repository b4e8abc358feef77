"""A mother looks at what is kept of her and has it deleted: then she is found in no table and no log of the stack."""

import json

from playwright.sync_api import expect

from support.journeys import Mother, Pond, eventually
from support.traces import traces_in
from support.visits import Visit, Visiting


def test_a_mother_is_forgotten_everywhere(pond: Pond, yutang: str, mother: Mother, visit: Visiting) -> None:
    known = pond.control.do("GET", f"/accounts/{mother.account_id}")
    raw = [known["openid"], known["unionid"], known["external_userid"]]
    typed = [mother.phone.removeprefix("+86"), mother.nickname + "的"]
    name = typed[1]
    mother.books(yutang)
    with visit(mother) as page:
        page.enter(yutang)
        page.sees("form")
        page.fill(name=name)
        page.proves()
        page.press("提交登记")
        page.sees("group_code")
        assert page.scans() == "joined"
        page.sees("joined")
        mother.hears("欢迎加入")
        chat_id = mother.groups()[0]
        pond.control.do("POST", f"/accounts/{mother.account_id}/groups/{chat_id}/leave")
        eventually(lambda: shows(page, f"/m/{yutang}", "seat_gone"), "she is out of the group")

        page.press("我的信息")
        page.sees("my_data")
        page.reads(name)
        page.picture("my_data")
        assert found(pond, raw).keys() == {known["openid"]}, "before, the openid stands where sending needs it"
        page.page.get_by_role("checkbox").check()
        page.press("删除我的信息")
        page.sees("receipt")
        receipt = page.page.url.partition("/h5")[2]
        eventually(lambda: shows(page, receipt, "receipt", "已经删除"), "the caretaker's minute", seconds=150)
        page.picture("receipt")

    night = json.dumps({"duties": "nightly"}).encode()
    caretaker = f"{pond.town.environment()['POND_PREFIX']}-caretaker:live"
    pond.town.cloud.client("lambda").invoke(FunctionName=caretaker, Payload=night)
    assert found(pond, [*raw, *typed]) == {}
    logs = pond.logged("")
    assert len(logs) > 10
    assert [word for word in [*raw, *typed] if any(word in line for line in logs)] == []
    pond.ctl("check", "--settled")


def found(pond: Pond, words: list[str]) -> dict[str, set[str]]:
    return traces_in(pond.town.cloud.client("dynamodb"), pond.town.environment()["POND_PREFIX"], words)


def shows(page: Visit, path: str, state: str, words: str = "") -> bool:
    """Open the page again; whether it shows this state, with these words."""
    page.open(path)
    main = page.page.locator("#state")
    expect(main).to_be_visible()
    return main.get_attribute("data-state") == state and words in main.inner_text()
