"""One person's pages along the road, over real tables: each page tells the state the rooms are in."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import yaml

from pond.channels import followers, openings, store_openings
from pond.channels.model import Opening, opening_id
from pond.groups import holds, seats, store_seats
from pond.groups.allocation import allocate
from pond.groups.model import Request
from pond.kernel.errors import Transient
from pond.members import blocklist, registration
from pond.programmes import service as programmes
from pond.programmes.model import pool_id
from pond.web import sessions
from support.cloud import ROOT, Cloud
from support.places import add_group
from support.web import Browser, caller


@pytest.fixture
def browser(
    cloud: Cloud,
    unique: Callable[[str], str],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    sent: list[str],
) -> Browser:
    """Somebody who came through WeChat, on a programme of their own with one group of one seat."""
    clock = {"now": now}
    monkeypatch.setattr("pond.web.boundary.clock.now", lambda: clock["now"])
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text()) | {"programme_id": unique("p")}
    programmes.apply(document, now)
    programme_id = document["programme_id"]
    add_group(programme_id, pool_id(programme_id, "pregnancy"), unique("chat"), 1, 0)
    return _somebody(programme_id, unique, clock)


def _somebody(programme_id: str, unique: Callable[[str], str], clock: dict[str, datetime]) -> Browser:
    account_id = unique("account")
    follower_id = followers.visited(unique("openid"), clock["now"])
    value = sessions.seal(sessions.open_session(follower_id, account_id, clock["now"]))
    return Browser(caller(), {"pond": value}, programme_id, account_id, clock)


def let_in(browser: Browser, quota: int = 10) -> None:
    at = browser.clock["now"]
    opening = Opening(browser.programme_id, opening_id(at), at, at + timedelta(hours=1), quota)
    store_openings.put(opening)
    openings.open_due(browser.programme_id, opening.opening_id, at)


def filled_in(browser: Browser, unique: Callable[[str], str], **changes: str) -> dict[str, str]:
    return {
        "name": "王小美",
        "phone": f"138{int(unique('n')[2:], 16) % 10**8:08}",
        "stage_id": "pregnancy",
        "day": "2027-03-09",
        "city": "杭州",
        "consent": "yes",
        "consent_version": programmes.get(browser.programme_id).consent.version,
        **changes,
    }


def give_seat(browser: Browser) -> None:
    pool = pool_id(browser.programme_id, "pregnancy")
    request = Request(member_id=browser.account_id, programme_id=browser.programme_id, pool_id=pool)
    assert allocate([request], browser.clock["now"]) == {}


def registered(browser: Browser, unique: Callable[[str], str], sent: list[str]) -> str:
    """Walk up to registration; the phone that was proven."""
    browser.open()
    browser.press(f"/p/{browser.programme_id}/book")
    let_in(browser)
    form = filled_in(browser, unique)
    browser.open()
    browser.press(f"/m/{browser.programme_id}/code", **form)
    assert browser.press(f"/m/{browser.programme_id}", **form, code=sent[-1]) == "getting_seat"
    return form["phone"]


def test_the_whole_road(browser: Browser, unique: Callable[[str], str], sent: list[str]) -> None:
    assert browser.open() == "not_booked"
    assert browser.press(f"/p/{browser.programme_id}/book", **{"from": "douyin"}) == "waiting"
    assert "<dd>1</dd>" in browser.page
    assert browser.open(f"/m/{browser.programme_id}") == "waiting"  # not let in: back to the queue
    waiting = browser.mark("p")
    assert waiting["state"] == "waiting" and waiting["mark"] in browser.page

    let_in(browser)
    assert browser.mark("p")["mark"] != waiting["mark"]
    assert browser.open() == "form"
    form = filled_in(browser, unique)
    assert browser.press(f"/m/{browser.programme_id}/code", **form) == "form"
    assert 'value="王小美"' in browser.page and 'data-wait="60"' in browser.page
    assert browser.press(f"/m/{browser.programme_id}", **form, code=sent[-1]) == "getting_seat"

    give_seat(browser)
    assert browser.open() == "group_code"
    assert 'src="https://codes.example/' in browser.page

    seat = seats.get(browser.account_id, browser.programme_id)
    assert seat and seat.chat_id and store_seats.take(seat, seat.chat_id, browser.clock["now"])
    assert browser.open() == "joined"
    assert browser.mark("m")["state"] == "joined"


def test_booking_twice_shows_the_same_place(browser: Browser) -> None:
    browser.open()
    before = browser.page
    assert browser.press(f"/p/{browser.programme_id}/book") == "waiting"
    browser.page = before  # the button pressed again on an old page
    assert browser.press(f"/p/{browser.programme_id}/book") == "waiting"
    assert "<dd>1</dd>" in browser.page


def test_no_room_is_a_place_in_the_waitlist_and_a_lost_hold_may_be_asked_for_again(
    browser: Browser, unique: Callable[[str], str], sent: list[str]
) -> None:
    registered(browser, unique, sent)
    give_seat(browser)
    second = _somebody(browser.programme_id, unique, browser.clock)
    second.open()
    second.press(f"/p/{second.programme_id}/book")
    form = filled_in(second, unique)
    assert second.open() == "form"  # the opening has room
    second.press(f"/m/{second.programme_id}/code", **form)
    second.press(f"/m/{second.programme_id}", **form, code=sent[-1])
    give_seat(second)
    assert second.open() == "waitlist" and "<dd>1<small>" in second.page

    browser.clock["now"] += timedelta(minutes=31)
    holds.expire_due(browser.clock["now"])
    assert browser.open() == "seat_gone"
    assert browser.press(f"/m/{browser.programme_id}/again") == "getting_seat"


def test_faults_stand_beside_their_fields_and_everything_typed_is_kept(
    browser: Browser, unique: Callable[[str], str], sent: list[str]
) -> None:
    browser.open()
    browser.press(f"/p/{browser.programme_id}/book")
    let_in(browser)
    browser.open()
    form = filled_in(browser, unique, name="<b>王</b>" * 40, phone="123", day="2029-12-01", city="")
    del form["consent"]
    assert browser.press(f"/m/{browser.programme_id}", **form, code="000000") == "form"
    assert browser.status == 422
    for one in ("name", "phone", "day", "city"):
        assert f'id="{one}-error"' in browser.page, one
    assert 'id="consent-error"' in browser.page
    assert "&lt;b&gt;王" in browser.page and "<b>王" not in browser.page
    assert browser.press(f"/m/{browser.programme_id}/code", **form) == "form"
    assert 'id="phone-error"' in browser.page and not sent

    good = filled_in(browser, unique)
    browser.press(f"/m/{browser.programme_id}/code", **good)
    wrong = "111111" if sent[-1] != "111111" else "222222"
    assert browser.press(f"/m/{browser.programme_id}", **good, code=wrong) == "form"
    assert 'id="code-error"' in browser.page and "4" in browser.page


def test_a_passing_fault_keeps_the_form(
    browser: Browser, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.open()
    browser.press(f"/p/{browser.programme_id}/book")
    let_in(browser)
    browser.open()

    def contended(*_: object) -> None:
        raise Transient("tables.contended")

    monkeypatch.setattr(registration, "register", contended)
    form = filled_in(browser, unique)
    assert browser.press(f"/m/{browser.programme_id}", **form, code="000000") == "form"
    assert browser.status == 503 and form["phone"] in browser.page


def test_a_blocked_person_is_turned_away(browser: Browser, unique: Callable[[str], str], sent: list[str]) -> None:
    phone = registered(browser, unique, sent)
    blocklist.block("phone", phone, "spam", browser.clock["now"])
    assert browser.open() == "blocked" and browser.status == 200


def test_a_closed_programme_says_so(browser: Browser, now: datetime) -> None:
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    programmes.apply(document | {"programme_id": browser.programme_id, "status": "closed"}, now)
    assert browser.open() == "closed"


def test_a_session_of_nobody_starts_again(browser: Browser, now: datetime) -> None:
    browser.cookies = {"pond": sessions.seal(sessions.open_session("nobody", "nobody", now))}
    assert browser.open() == "start_again"


def test_without_a_session_the_page_offers_the_way_in(browser: Browser) -> None:
    browser.cookies = {}
    assert browser.open(f"/p/{browser.programme_id}?from=douyin") == "enter"
    assert f"/oauth?to={browser.programme_id}&amp;from=douyin" in browser.page
    assert browser.mark("p") == {"state": "enter", "mark": ""}


def test_an_unknown_programme_is_not_found(browser: Browser) -> None:
    assert browser.open("/p/nothing-here") == "missing" and browser.status == 404


def test_a_form_filled_in_faster_than_anybody_can_starts_again(
    browser: Browser, unique: Callable[[str], str], sent: list[str]
) -> None:
    browser.open()
    browser.press(f"/p/{browser.programme_id}/book")
    let_in(browser)
    form = filled_in(browser, unique)
    browser.open()
    browser.press(f"/m/{browser.programme_id}/code", **form)
    browser.clock["now"] -= timedelta(seconds=3)  # which the press adds again, and two more
    assert browser.press(f"/m/{browser.programme_id}", **form, code=sent[-1]) == "start_again"
    assert browser.status == 429
    assert browser.open() == "form"


def test_too_many_forms_are_refused_with_the_form(
    browser: Browser, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pond.members.limits.FORMS_PER_ACCOUNT", 1)
    browser.open()
    browser.press(f"/p/{browser.programme_id}/book")
    let_in(browser)
    form = filled_in(browser, unique)
    browser.open()
    browser.press(f"/m/{browser.programme_id}", **form, code="000000")
    assert browser.press(f"/m/{browser.programme_id}", **form, code="000000") == "form"
    assert browser.status == 429 and form["phone"] in browser.page


def test_a_name_like_a_blocked_one_gets_no_code(
    browser: Browser, unique: Callable[[str], str], sent: list[str]
) -> None:
    browser.open()
    browser.press(f"/p/{browser.programme_id}/book")
    let_in(browser)
    browser.open()
    blocklist.block("name", "*卖货*", "spam", browser.clock["now"])
    try:
        form = filled_in(browser, unique, name="小美卖货")
        assert browser.press(f"/m/{browser.programme_id}/code", **form) == "blocked"
    finally:
        blocklist.unblock("name", "*卖货*")
    assert sent == []


def test_the_phone_is_changed_and_everything_stays(
    browser: Browser, unique: Callable[[str], str], sent: list[str]
) -> None:
    registered(browser, unique, sent)
    give_seat(browser)
    assert browser.open() == "group_code"
    path = f"/m/{browser.programme_id}/phone"
    assert path in browser.page
    assert browser.open(path) == "phone"
    browser.clock["now"] += timedelta(seconds=60)
    phone = filled_in(browser, unique)["phone"]
    assert browser.press(f"{path}/code", phone=phone) == "phone" and "已发送" in browser.page
    assert browser.press(path, phone=phone, code="000000") == "phone" and browser.status == 422
    assert browser.press(path, phone=phone, code=sent[-1]) == "phone" and "手机号已更换" in browser.page
    assert browser.open() == "group_code"


def test_who_is_no_member_has_no_phone_to_change(browser: Browser) -> None:
    assert browser.open(f"/m/{browser.programme_id}/phone") == "not_booked"


def test_the_same_phone_on_another_account_shows_the_same_seat(
    browser: Browser, unique: Callable[[str], str], sent: list[str]
) -> None:
    phone = registered(browser, unique, sent)
    give_seat(browser)
    assert browser.open() == "group_code"
    code = browser.page.partition("https://codes.example/")[2][:20]
    other = _somebody(browser.programme_id, unique, browser.clock)
    other.open()
    assert other.press(f"/p/{browser.programme_id}/book") == "form"  # the opening has room still
    browser.clock["now"] += timedelta(seconds=60)
    form = filled_in(browser, unique, phone=phone)
    other.press(f"/m/{browser.programme_id}/code", **form)
    assert other.press(f"/m/{browser.programme_id}", **form, code=sent[-1]) == "group_code"
    assert code in other.page
