"""Tracked links, opened through the intake function: nobody forges one, each open counts, each person once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.channels import followers, links, store_links
from pond.channels.model_links import NOWHERE, Link, Opened, Opener, place_of
from pond.kernel.errors import NotFound, Refused, Transient
from pond.kernel.settings import forget
from pond.web import sessions
from support.budgets import examples
from support.cloud import Cloud
from support.crashes import explore
from support.web import caller

Unique = Callable[[str], str]
SHOP = "https://shop.example/goods/1"


@pytest.fixture(autouse=True)
def allowed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    monkeypatch.setenv("POND_LINK_ORIGINS", "https://shop.example")
    monkeypatch.setattr("pond.web.boundary.clock.now", lambda: now)
    forget()
    yield
    monkeypatch.undo()
    forget()


def path(link_id: str, chat_id: str = "") -> str:
    return links.url(link_id, chat_id).removeprefix("https://pond.example")


def cookies(unique: Unique, now: datetime) -> tuple[dict[str, str], str, str]:
    """A person with a session: their cookies, member (their account) and follower."""
    account, openid = unique("account"), unique("openid")
    follower_id = followers.follow(openid, None, now)
    return {"pond": sessions.seal(sessions.open_session(follower_id, account, now))}, account, follower_id


def test_who_opens_one_goes_where_it_leads_and_is_counted_once(unique: Unique, now: datetime) -> None:
    chat, owner = unique("chat"), unique("seller")
    link_id = links.make(Link(target=SHOP, owner_id=owner, tag="milk", broadcast_id=unique("b")), now)
    mine, account, follower_id = cookies(unique, now)
    answer = caller()("GET", path(link_id, chat), cookies=mine)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, SHOP)
    caller()("GET", path(link_id, chat))  # somebody unknown
    opener = Opener(person_id=account, follower_id=follower_id)
    links.follow(path(link_id)[3:], opener, now + timedelta(minutes=1))  # again, where it stands in no group
    links.follow(path(link_id, chat)[3:], opener, now + timedelta(minutes=2))
    assert links.figures(link_id) == {place_of(chat): Opened(people=1, opens=3), NOWHERE: Opened(people=0, opens=1)}
    assert links.figures_by_group(link_id, [chat, "another"]) == {chat: Opened(people=1, opens=3)}
    until = now + timedelta(minutes=1)
    opened = links.opened_by([unique("nobody"), account], now, until)
    assert [(one.owner_id, one.at, one.first) for one in opened] == [(owner, now, True), (owner, until, False)]
    follower = followers.get(follower_id)
    assert follower is not None and follower.tags == {"milk"}


def test_no_personal_id_stands_in_an_address_and_it_is_short(unique: Unique, now: datetime) -> None:
    chat, owner = unique("chat"), unique("seller")
    link_id = links.make(Link(target=SHOP, owner_id=owner), now)
    address = path(link_id, chat)
    assert len(address) <= 35
    assert chat not in address and owner not in address


def test_made_twice_it_is_one_and_what_differs_is_another(unique: Unique, now: datetime) -> None:
    link = Link(target=SHOP, owner_id=unique("seller"), expires_at=now + timedelta(days=1, microseconds=7))
    assert links.make(link, now) == links.make(link, now + timedelta(hours=1))
    assert links.make(link, now) != links.make(Link(target=SHOP, owner_id=link.owner_id), now)


@given(st.data())
@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck), deadline=None)
def test_an_altered_code_opens_nothing(cloud: Cloud, data: st.DataObject) -> None:
    at = datetime.fromisoformat("2026-11-23T06:00:00+00:00")
    link_id = links.make(Link(target=SHOP, tag="fixed"), at)
    code = links.url(link_id, data.draw(st.sampled_from(["", "wrDEMO1"]))).rsplit("/", 1)[1]
    place = data.draw(st.integers(0, len(code) - 1))
    letter = data.draw(st.sampled_from([one for one in "abcdefghijklmnopqrstuvwxyz234567" if one != code[place]]))
    forged = code[:place] + letter + code[place + 1 :]
    with pytest.raises(NotFound):
        links.follow(forged, None, at)


@pytest.mark.parametrize("code", ["nothing", "a" * 22, "a" * 32, "A" * 22, "%00", "a" * 500])
def test_what_we_did_not_sign_is_not_found(cloud: Cloud, code: str) -> None:
    answer = caller()("GET", f"/l/{code}")
    assert answer["statusCode"] == 404 and 'data-state="missing"' in answer["body"]


def test_a_link_that_is_over_leads_nowhere(unique: Unique, now: datetime) -> None:
    link_id = links.make(Link(target=SHOP, owner_id=unique("s"), expires_at=now + timedelta(seconds=1)), now)
    code = path(link_id)[3:]
    assert links.follow(code, None, now) == SHOP
    with pytest.raises(NotFound):
        links.follow(code, None, now + timedelta(seconds=1))


def test_an_origin_that_is_taken_back_is_led_to_no_more(
    unique: Unique, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_id = links.make(Link(target=SHOP, owner_id=unique("s")), now)
    monkeypatch.setenv("POND_LINK_ORIGINS", "https://other.example")
    forget()
    with pytest.raises(Refused):
        links.follow(path(link_id)[3:], None, now)
    with pytest.raises(Refused):
        links.make(Link(target="https://evil.example/"), now)


def test_where_counting_fails_the_way_is_free(unique: Unique, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def contended(*_: object) -> bool:
        raise Transient("tables.contended")

    link_id = links.make(Link(target=SHOP, owner_id=unique("s")), now)
    monkeypatch.setattr(store_links, "record", contended)
    opener = Opener(person_id=unique("m"), follower_id=unique("f"))
    assert links.follow(path(link_id)[3:], opener, now) == SHOP


def test_many_at_once_are_each_counted(unique: Unique, now: datetime) -> None:
    link_id = links.make(Link(target=SHOP, owner_id=unique("s")), now)
    people = [unique("m") for _ in range(6)] * 3
    code = path(link_id, "wrDEMO1")[3:]

    def follow(number: int) -> str:
        opener = Opener(person_id=people[number], follower_id="nobody")
        return links.follow(code, opener, now + timedelta(milliseconds=number))

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(follow, range(len(people)))) == {SHOP}
    assert links.figures(link_id) == {place_of("wrDEMO1"): Opened(people=6, opens=18)}


def test_counts_are_what_the_rows_add_up_to_whatever_crashes(unique: Unique, now: datetime) -> None:
    def scene() -> tuple[str, Opener]:
        link_id = links.make(Link(target=SHOP, owner_id=unique("s"), tag="milk"), now)
        openid = unique("openid")
        return link_id, Opener(person_id=unique("m"), follower_id=followers.follow(openid, None, now))

    def act(here: tuple[str, Opener]) -> None:
        links.follow(path(here[0])[3:], here[1], now)

    def settled(here: tuple[str, Opener]) -> None:
        link_id, opener = here
        opened = [one for one in links.opened_by([opener.person_id], now, now) if one.link_id == link_id]
        assert links.figures(link_id) == {NOWHERE: Opened(people=1, opens=len(opened))}
        follower = followers.get(opener.follower_id)
        assert follower is not None and follower.tags == {"milk"}

    explore(scene, act, settled)
