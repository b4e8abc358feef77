"""Partners at their worst: messages repeated and out of order, every mode of sending them, answers that fail."""

import re

import pytest

from support.journeys import STAFF, Mother, Pond, eventually
from support.visits import Visiting


def test_everything_delivered_four_times_is_one_booking_and_one_seat(
    pond: Pond, mother: Mother, yutang: str, visit: Visiting
) -> None:
    worst = {
        f"{platform}__callbacks_{how}": value
        for platform in ("official_account", "wecom")
        for how, value in (("repeat", 3), ("shuffle", True))
    }
    with pond.switched(**worst):
        number = _number(mother.books(yutang)["text"])
        with visit(mother) as page:
            page.enter(yutang)
            page.registers()
            page.sees("group_code")
            assert page.scans() == "joined"
            page.sees("joined")
        mother.hears("欢迎加入")
        mother.do("say", text="预约")
        assert _number(mother.hears("已经轮到你了")["text"]) == number
        assert pond.control.do("POST", "/settle", {"seconds": 45})["settled"]
    for callback in pond.control.do("GET", "/callbacks?limit=100")["callbacks"]:
        assert callback["status"] == "delivered"
        if callback["event"] in ("subscribe", "change_external_chat", "text"):
            pond.control.do("POST", f"/callbacks/{callback['callback_id']}/repeat", {})
    assert pond.control.do("POST", "/settle", {"seconds": 45})["settled"]
    assert {_number(one["text"]) for one in mother.heard(" 号")} == {number}
    assert len(mother.heard("欢迎加入")) == 1
    pond.ctl("check", "--settled")


@pytest.mark.parametrize("mode", ["plain", "compatible", "aes"])
def test_the_account_is_understood_in_every_mode(pond: Pond, mother: Mother, yutang: str, mode: str) -> None:
    with pond.switched(official_account__callback_mode=mode):
        assert pond.control.do("POST", "/callbacks/verify", {"platform": "official_account"})["ok"]
        mother.books(yutang)
        mother.do("say", text="预约")
        mother.hears("已经轮到你了")
        mother.do("unfollow")
        mother.do("follow", scene=yutang)
        eventually(lambda: len(mother.heard("你来啦")) == 2, "the second greeting")
    assert pond.control.do("POST", "/callbacks/verify", {"platform": "wecom"})["ok"]


def test_wechat_does_not_say_who_came(pond: Pond, mother: Mother, yutang: str, visit: Visiting) -> None:
    with visit(mother) as page:
        with pond.fault("official_account", "/sns/oauth2/access_token", error=-1):
            page.enter(yutang)
            page.sees("partner_down")
            page.picture("partner_down")
        page.press("再看看")
        page.sees("not_booked")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"error": "InternalError.Timeout"}, "短信"),
        ({"error": "LimitExceeded.PhoneNumberDailyLimit"}, "请明天再来"),
        ({"drop_answer": True}, "短信可能会晚一点到"),
    ],
)
def test_the_form_survives_a_message_vendor_that_fails(
    pond: Pond, mother: Mother, yutang: str, visit: Visiting, fault: dict[str, object], said: str
) -> None:
    mother.books(yutang)
    with visit(mother) as page:
        page.enter(yutang)
        page.sees("form")
        page.fill()
        with pond.fault("sms", "/tencent", **fault):
            page.press("获取验证码")
            page.reads(said)
        if "drop_answer" not in fault:  # there the message is out, and its code is good
            page.open(f"/m/{yutang}")
            page.fill()
            page.press("获取验证码")
        page.page.get_by_label("验证码", exact=True).fill(mother.code())
        page.press("提交登记")
        page.sees("group_code")


def test_a_contact_is_welcomed_with_her_group(pond: Pond, mother: Mother, yutang: str, visit: Visiting) -> None:
    way = pond.contact_way()
    stranger = pond.mother()
    assert stranger.do("scan", code=way)["outcome"] == "added"
    assert "先领个号" in _welcome(pond, stranger)

    mother.books(yutang)
    with visit(mother) as page:
        page.enter(yutang)
        page.registers()
        page.sees("group_code")
    with pond.switched(wecom__callbacks_repeat=3):
        assert mother.do("scan", code=way)["outcome"] == "added"
        assert "“孕期 1 群”的位置已经给你留好了" in _welcome(pond, mother)
        assert pond.control.do("POST", "/settle", {"seconds": 45})["settled"]


def _welcome(pond: Pond, mother: Mother) -> str:
    """What the member of staff sent; WeCom takes it for 20 seconds, so that it came at all says it came in time."""

    def look() -> list[str]:
        contacts = pond.control.do("GET", "/staff")["contacts"]
        return [one["welcome"] for one in contacts if one["account_id"] == mother.account_id and one["welcome"]]

    return eventually(look, f"a welcome from {STAFF}")[0]


def _number(said: str) -> int:
    found = re.search(r"(\d+) 号", said)
    assert found
    return int(found[1])
