"""What time brings: a full group's waitlist moves up as holds run out and people leave; a partner that was down is
asked again. Last of the journeys, since these began before all others (see `conftest`)."""

from playwright.sync_api import expect

from support.journeys import Mother, Pond
from support.visits import Visiting

MINUTES = 5 * 60.0


def test_a_full_group_and_its_waitlist(pond: Pond, unjoined: Mother, visit: Visiting) -> None:
    second, third = pond.mother(), pond.mother()
    with visit(unjoined) as first_page, visit(second) as second_page, visit(third) as third_page:
        first_page.enter("tiny")
        first_page.sees("seat_gone", MINUTES)
        first_page.reads("保留时间过了")
        first_page.picture("seat_gone")
        for one, page in ((second, second_page), (third, third_page)):
            one.books("tiny")
            page.enter("tiny")
            page.registers("备孕")
        second_page.sees("group_code")
        third_page.sees("waitlist")
        expect(third_page.page.locator(".facts dd")).to_contain_text("1")
        third_page.picture("waitlist")

        expect(first_page.page.get_by_role("button", name="再领一次位置")).to_be_visible(timeout=MINUTES * 1000)
        first_page.press("再领一次位置")
        first_page.sees("waitlist")
        expect(first_page.page.locator(".facts dd")).to_contain_text("2")

        assert second_page.scans() == "joined"
        second_page.sees("joined")
        (chat_id,) = second.groups()
        second.do(f"groups/{chat_id}/leave")
        third_page.sees("group_code")  # called up, and the page tells
        second_page.page.reload()
        second_page.sees("seat_gone")
        second_page.reads("您已经退群了")
        assert third_page.scans() == "joined"
        third_page.sees("joined")
        third.hears("欢迎加入")
        expect(first_page.page.locator(".facts dd")).to_contain_text("1", timeout=MINUTES * 1000)


def test_wecom_was_down_when_she_joined(pond: Pond, unheard: Mother, visit: Visiting) -> None:
    with visit(unheard) as page:
        page.enter("far")
        page.sees("joined", MINUTES)
    unheard.hears("欢迎加入")
    assert len(unheard.heard("欢迎加入")) == 1


def test_all_invariants_hold_after_the_journeys(pond: Pond, yutang: str) -> None:
    assert "all invariants hold" in pond.ctl("check", "--settled")
    assert "no dead letters" in pond.ctl("dead-letters", "show")
