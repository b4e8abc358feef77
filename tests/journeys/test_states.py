"""Every state a person can be in is a page that says so, at a phone's size. (The waitlist's are in `test_waiting`.)"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from support.journeys import Mother, Pond
from support.visits import Visiting


def test_the_landing_leads_in_with_its_channel(mother: Mother, yutang: str, visit: Visiting) -> None:
    with visit(mother) as page:
        page.open(f"/c/{yutang}")
        page.sees("landing")
        page.picture("landing")
        code = page.page.locator("img.code").get_attribute("data-code")
        assert mother.do("scan", code=code)["kind"] == "channel"
        page.press("微信一键进入")
        page.page.get_by_role("button", name="允许").click()
        page.sees("not_booked")


def test_not_booked_then_waiting_with_a_countdown(pond: Pond, mother: Mother, visit: Visiting) -> None:
    pond.programme("soon")
    pond.opening("soon", start="+2h")
    with visit(mother) as page:
        page.open("/p/soon")
        page.sees("enter")
        page.picture("enter")
        page.enter("soon")
        page.sees("not_booked")
        page.reads("下一次开放")
        expect(page.page.locator(".countdown")).to_contain_text("小时")
        page.picture("not_booked")
        page.press("马上预约")
        page.sees("waiting")
        page.reads("您的号码")
        expect(page.page.locator(".countdown")).to_contain_text(re.compile(r"1 小时 5\d 分"))
        page.picture("waiting")
    with visit(pond.mother()) as behind:
        behind.enter("soon")
        behind.press("马上预约")
        behind.sees("waiting")
        expect(behind.page.locator(".facts dd")).to_contain_text(["2", "1"])


def test_faults_of_the_form_stand_beside_their_fields(mother: Mother, yutang: str, visit: Visiting) -> None:
    typed = {"姓名": "<b>林</b>" + "长" * 200, "手机号": "12345", "所在城市": "杭州2", "验证码": "123"}
    late = (datetime.now(UTC) + timedelta(days=3 * 365)).date()
    with visit(mother) as page:
        page.enter(yutang)
        page.press("马上预约")
        page.sees("form")
        page.picture("form")
        page.fill(day=late)
        page.page.get_by_role("checkbox").uncheck()
        for label, value in typed.items():
            field = page.page.get_by_label(label, exact=True)
            field.evaluate("field => field.removeAttribute('maxlength')")
            field.fill(value)
        page.press("提交登记")
        for field_name in ("name", "phone", "day", "city", "consent"):
            expect(page.page.locator(f"#{field_name}-error")).to_be_visible()
        page.sees("form")
        for label, value in {**typed, "预产期或宝宝生日": late.isoformat()}.items():
            expect(page.page.get_by_label(label, exact=True)).to_have_value(value)
        expect(page.page.get_by_label("孕期", exact=True)).to_be_checked()
        page.picture("form_wrong")


def test_a_wrong_code_leaves_tries_and_the_right_one_still_counts(mother: Mother, yutang: str, visit: Visiting) -> None:
    with visit(mother) as page:
        page.enter(yutang)
        page.press("马上预约")
        page.fill()
        page.proves()
        page.picture("code_sent")
        wrong = "000000" if mother.code() != "000000" else "111111"
        page.page.get_by_label("验证码", exact=True).fill(wrong)
        page.press("提交登记")
        expect(page.page.locator("#code-error")).to_contain_text("还可以试 4 次")
        page.page.get_by_label("验证码", exact=True).fill(mother.code())
        page.press("提交登记")
        page.sees("group_code")


def test_a_seat_while_the_worker_rests_then_the_group_then_joined(
    pond: Pond, mother: Mother, yutang: str, visit: Visiting
) -> None:
    mother.books(yutang)
    with visit(mother) as page:
        page.enter(yutang)
        with pond.resting("allocation"):
            page.registers()
            page.sees("getting_seat")
            page.picture("getting_seat")
        page.sees("group_code")
        page.reads("孕期 1 群")
        page.reads("位置为您保留到")
        expect(page.page.locator(".countdown")).to_contain_text("分")
        assert page.page.locator("img.code").evaluate("image => image.complete && image.naturalWidth > 0")
        page.picture("group_code")
        assert page.scans() == "joined"
        page.sees("joined")  # by itself
        page.picture("joined")
    assert "好好说话" in mother.hears("欢迎加入")["text"]


def test_closed(pond: Pond, mother: Mother, visit: Visiting) -> None:
    pond.programme("over", status="closed")
    with visit(mother) as page:
        page.enter("over")
        page.sees("closed")
        page.picture("closed")
    mother.follows("over")
    mother.do("say", text="预约")
    mother.hears("暂时不接新朋友")


def test_who_is_blocked_gets_no_code_and_no_seat(pond: Pond, mother: Mother, yutang: str, visit: Visiting) -> None:
    with visit(mother) as page:
        page.enter(yutang)
        page.press("马上预约")
        page.registers()
        page.sees("group_code")
        pond.ctl("block", "--reason", "广告", typed=mother.phone)
        page.sees("blocked")  # by itself
        page.picture("blocked")
        other = pond.mother()
        with visit(other) as theirs:
            theirs.enter(yutang)
            theirs.press("马上预约")
            theirs.fill(phone=mother.phone.removeprefix("+86"))
            theirs.press("获取验证码")
            theirs.reads("短信发不到这个号码")
        pond.ctl("unblock", typed=mother.phone)
        page.open(f"/m/{yutang}")
        page.sees("seat_gone")  # the block gave her seat up; another is an operator's to give


def test_a_snapshot_account_is_refused_and_can_come_again(mother: Mother, yutang: str, visit: Visiting) -> None:
    mother.is_(snapshot=True)
    with visit(mother) as page:
        page.enter(yutang)
        page.sees("snapshot")
        page.picture("snapshot")
        mother.is_(snapshot=False)
        page.press("再进入一次")
        page.sees("not_booked")


def test_a_foreign_return_from_sign_in_starts_again(pond: Pond, mother: Mother, yutang: str, visit: Visiting) -> None:
    returns: list[str] = []
    with visit(mother) as page:
        page.page.on("request", lambda request: returns.append(request.url) if "?code=" in request.url else None)
        page.enter(yutang)
        page.sees("not_booked")
        page.page.goto(returns[0])
        page.sees("not_booked")  # her own, loaded again
    with visit(pond.mother()) as other:
        other.page.goto(returns[0])
        other.sees("start_again")
        assert not [cookie for cookie in other.page.context.cookies() if cookie["name"].startswith("pond")]
        other.open("/oauth?code=x&state=FORGED")
        other.sees("start_again")


@pytest.mark.parametrize("forged", ["", "garbage", "garbage.garbage", "W10.x"])
def test_a_forged_cookie_is_nobodys(mother: Mother, yutang: str, visit: Visiting, forged: str) -> None:
    with visit(mother) as page:
        name = f"pond.{mother.account_id}"
        page.page.context.add_cookies([{"name": name, "value": forged, "url": mother.pond.page("/")}])
        page.open(f"/m/{yutang}")
        page.sees("enter")


def test_a_form_we_did_not_give_out_starts_again(mother: Mother, yutang: str, visit: Visiting) -> None:
    with visit(mother) as page:
        page.enter(yutang)
        page.page.locator("[name=form_token]").evaluate("field => { field.value = 'forged' }")
        page.press("马上预约")
        page.sees("start_again")
        page.picture("start_again")
        page.press("重新进入")
        page.sees("not_booked")


def test_without_scripts_the_road_is_the_same(pond: Pond, mother: Mother, yutang: str, visit: Visiting) -> None:
    mother.follows(yutang)
    mother.do("say", text="你好")
    with visit(mother, scripts=False) as page:
        page.enter(yutang)
        page.press("马上预约")
        page.sees("form")
        page.fill()
        page.press("获取验证码")
        page.reads("验证码已发送")
        expect(page.page.get_by_label("所在城市")).to_have_value("杭州")
        page.page.get_by_label("验证码", exact=True).fill(mother.code())
        page.press("提交登记")
        page.sees("group_code")  # the browser asks again by itself
        assert page.scans() == "joined"
        mother.hears("欢迎加入")
        page.page.reload()
        page.sees("joined")
