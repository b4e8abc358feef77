"""WeCom's version chain: what events say is done once, cheaply; what they do not say is found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest

from pond.groups import membership, reconciliation, seats, store, store_rosters
from pond.groups.allocation import allocate
from pond.groups.model_rosters import read
from pond.groups.reconciliation import GroupDue, OwnersDue
from pond.groups.rosters import contact
from pond.kernel import queues
from pond.kernel.errors import Transient
from pond.kernel.tables import iso
from pond.platforms import wecom
from support.corp import Corp
from support.crashes import counting
from support.places import Place
from support.towns import Town

MakeTown = Callable[..., Town]
LATER = timedelta(minutes=3)


def no_pause(seconds: float) -> None:
    pass


def compare(here: Town, chat_id: str, at: datetime) -> str:
    return reconciliation.compare(GroupDue(chat_id=chat_id, due_at=iso(at)), at, no_pause)


def test_an_event_heard_again_costs_no_call(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    said = here.joins(here.seated(), chat_id)
    for _ in range(4):
        here.hear(chat_id, **said)
    assert here.standings(chat_id) == ["seated"]
    assert here.asked() == 1


def test_a_leave_that_fits_the_chain_costs_no_call(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    mother, other = here.seated(), here.seated()
    for person in (mother, other):
        here.hear(chat_id, **here.joins(person, chat_id))
    asked = here.asked()
    here.hear(chat_id, **here.leaves(mother, chat_id))
    here.hear(chat_id, **here.leaves(other, chat_id, removed=True))
    assert [here.state(person) for person in (mother, other)] == ["left", "removed"]
    assert here.standings(chat_id) == ["left", "removed"]
    assert here.asked() == asked
    assert store_rosters.chain(chat_id).version == here.version(chat_id)


def test_a_gap_is_repaired_by_one_look_at_the_group(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    first, second, third = (here.seated() for _ in range(3))
    here.hear(chat_id, **here.joins(first, chat_id))
    here.joins(second, chat_id)  # nobody hears of it
    here.hear(chat_id, **here.joins(third, chat_id))
    assert [here.state(person) for person in (first, second, third)] == ["taken"] * 3
    assert here.asked() == 2


def test_a_group_shown_as_it_was_before_an_event_is_looked_at_again_however_late(
    make_place: Callable[..., Place], unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    [chat_id] = make_place(groups=1, capacity=5).chat_ids
    corp = Corp(chat_id, chat_id, seed=0)
    monkeypatch.setattr(wecom, "group", corp.answer)
    first, second = unique("wm"), unique("wm")
    early = read(corp.join(first, unique("union"), now, True), now)
    membership.hear_all(chat_id, [early], now, no_pause)
    event = read(corp.join(second, unique("union"), now, True), now)
    corp.lag = 1
    with pytest.raises(Transient):
        membership.hear_all(chat_id, [event], now + timedelta(seconds=5), no_pause)
    corp.lag = 0
    membership.hear_all(chat_id, [event], now + timedelta(seconds=10), no_pause)
    assert store_rosters.roster(chat_id).keys() == {contact(first), contact(second)}


def test_being_removed_is_known_even_if_the_event_comes_last(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    mother = here.seated()
    here.hear(chat_id, **here.joins(mother, chat_id))
    removal = here.leaves(mother, chat_id, removed=True)
    assert compare(here, chat_id, datetime.now(UTC) + LATER) == "compared"
    assert here.state(mother) == "left"  # the group does not tell why somebody is not there
    here.hear(chat_id, **removal)
    assert here.state(mother) == "removed"
    assert here.standings(chat_id) == ["removed"]
    assert here.place.live() == {chat_id: 0}


def test_an_old_removal_says_nothing_about_a_later_leave(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    mother = here.seated()
    here.hear(chat_id, **here.joins(mother, chat_id))
    removal = here.leaves(mother, chat_id, removed=True)
    sleep(1.1)  # WeCom tells times by the second
    here.hear(chat_id, **here.joins(mother, chat_id))
    here.hear(chat_id, **here.leaves(mother, chat_id))
    here.hear(chat_id, **removal)
    assert here.state(mother) == "left"


def test_fifty_joins_in_one_second_are_fifty_and_cost_few_calls(town: MakeTown) -> None:
    here = town(1, capacity=60)
    [chat_id] = here.place.chat_ids
    people = [here.person() for _ in range(50)]
    now = datetime.now(UTC)
    assert allocate([here.place.request(here.member_id(person)) for person in people], now) == {}
    events = [read(here.joins(person, chat_id), datetime.now(UTC)) for person in people]
    batches = [events[start::5] for start in range(5)]  # shuffled over five workers at once

    def work(batch: list[object]) -> None:
        membership.hear_all(chat_id, batch, datetime.now(UTC), sleep)  # type: ignore[arg-type]

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, batches))
    assert here.standings(chat_id) == ["seated"] * 50
    assert here.place.live() == {chat_id: 50}
    assert here.asked() <= 5


@pytest.mark.parametrize("crowd", [5, 120])
def test_a_join_costs_the_same_in_a_small_and_in_a_large_group(town: MakeTown, crowd: int) -> None:
    here = town(1, capacity=10)
    [chat_id] = here.place.chat_ids
    here.sandbox.do("POST", f"/groups/{chat_id}/fill", {"count": crowd})
    assert compare(here, chat_id, datetime.now(UTC)) == "compared"
    said = here.joins(here.seated(), chat_id)
    with counting() as calls:
        here.hear(chat_id, **said)
    assert "seated" in here.standings(chat_id)
    assert calls.made == 13


def test_who_gets_the_seat_later_is_seated_without_coming_again(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    early = here.person()
    here.hear(chat_id, **here.joins(early, chat_id))
    assert here.standings(chat_id) == ["squatter"]
    allocate([here.place.request(here.member_id(early))], datetime.now(UTC))
    for _ in range(2):
        reconciliation.restand(here.member_id(early), here.place.programme_id, datetime.now(UTC), no_pause)
    assert here.standings(chat_id) == ["seated"]
    assert here.state(early) == "taken"
    assert here.place.live() == {chat_id: 1}


def test_a_double_is_none_any_more_when_the_other_seat_ends(town: MakeTown) -> None:
    here = town(2)
    first, second = here.place.chat_ids
    mother = here.seated()
    here.hear(first, **here.joins(mother, first))
    here.hear(second, **here.joins(mother, second))
    assert here.standings(second) == ["double"]
    here.hear(first, **here.leaves(mother, first))
    reconciliation.restand(here.member_id(mother), here.place.programme_id, datetime.now(UTC), no_pause)
    assert here.standings(second) == ["squatter"]
    assert here.place.live() == {first: 0, second: 0}


def test_the_night_finds_what_no_event_told(town: MakeTown, monkeypatch: pytest.MonkeyPatch) -> None:
    here = town(2)
    first, second = here.place.chat_ids
    stays, goes = here.seated(), here.seated()
    for person in (stays, goes):
        here.joins(person, first)
    tonight = datetime.now(UTC) + LATER
    sent: list[dict[str, object]] = []
    monkeypatch.setattr(queues, "send", lambda url, bodies: sent.extend(bodies))

    assert reconciliation.plan(tonight) >= 2
    due = [OwnersDue.read(message) for message in sent if "ana" in str(message)]
    assert [one.due_at for one in due] == [iso(tonight)]
    sent.clear()
    assert reconciliation.plan_owners(due[0]) >= 2
    groups = [GroupDue.read(message) for message in sent]
    assert {first, second} <= {one.chat_id for one in groups}

    assert compare(here, first, tonight) == "compared"
    assert compare(here, first, tonight) == "already"
    assert [here.state(person) for person in (stays, goes)] == ["taken", "taken"]
    here.leaves(goes, first)
    assert compare(here, first, tonight + LATER) == "compared"
    assert [here.state(person) for person in (stays, goes)] == ["taken", "left"]


def test_a_group_that_wecom_lost_takes_nobody_any_more(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    here.sandbox.do("POST", f"/groups/{chat_id}/dismiss")
    assert compare(here, chat_id, datetime.now(UTC)) == "lost"
    group = store.get_group(chat_id)
    assert group and group.state == "closed"


def test_a_lagging_answer_is_asked_for_again_and_never_undoes_what_is_known(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    mother, other = here.seated(), here.seated()
    here.hear(chat_id, **here.joins(mother, chat_id))
    here.sandbox.do("PATCH", "/switches", {"wecom.group_lag_seconds": 30.0})
    sleep(1)
    here.hear(chat_id, **here.leaves(mother, chat_id))
    with pytest.raises(Transient):
        here.hear(chat_id, **here.joins(other, chat_id))
    assert [here.state(person) for person in (mother, other)] == ["left", "held"]
    here.sandbox.do("PATCH", "/switches", {"wecom.group_lag_seconds": 0.0})
    assert compare(here, chat_id, datetime.now(UTC)) == "compared"
    assert [here.state(person) for person in (mother, other)] == ["left", "taken"]


def test_a_worker_that_died_blocks_others_for_a_minute_only(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    mother = here.seated()
    said = read(here.joins(mother, chat_id), datetime.now(UTC))
    now = datetime.now(UTC)
    assert store_rosters.lease(chat_id, "died", now) is not None
    waited: list[float] = []
    with pytest.raises(Transient):
        membership.hear_all(chat_id, [said], now, waited.append)
    assert len(waited) == 7
    membership.hear_all(chat_id, [said], now + LATER, no_pause)
    assert seats.my_seat(here.member_id(mother), here.place.programme_id, now).state == "taken"
