"""Joins and leaves against the sandbox's WeCom: seats follow who is really in the group."""

from collections.abc import Callable
from datetime import timedelta

from pond.groups import holds, setup, store
from support.towns import NOW, Town

MakeTown = Callable[..., Town]


def test_importing_twice_keeps_the_first_code(town: MakeTown) -> None:
    here = town(1)
    before = store.get_group(here.place.chat_ids[0])
    again = setup.import_group(here.place.chat_ids[0], here.place.programme_id, "pregnancy", None, NOW)
    assert before and (again.code_url, again.state, again.name) == (before.code_url, "open", "孕期 0 群")
    ways = here.sandbox.do("GET", "/staff")["join_ways"]
    assert [(way["auto_create_room"], way["state"]) for way in ways] == [(0, before.join_state)]


def test_a_join_takes_the_seat_and_a_leave_ends_it(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    mother = here.seated()
    assert here.state(mother) == "held"
    assert here.scan(mother, chat_id) == "joined"
    for _ in range(3):
        here.hear(chat_id, MemChangeList=[mother["external_userid"]])
    assert here.state(mother) == "taken"
    assert here.place.live() == {chat_id: 1}

    here.sandbox.do("POST", f"/accounts/{mother['account_id']}/groups/{chat_id}/leave")
    for _ in range(3):
        here.hear(chat_id, UpdateDetail="del_member", MemChangeList=mother["external_userid"])
    assert here.state(mother) == "left"
    assert here.place.live() == {chat_id: 0}


def test_many_joins_told_by_one_late_event_are_all_seen(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    mothers = [here.seated() for _ in range(4)]
    for mother in mothers:
        here.scan(mother, chat_id)
    here.hear(chat_id, MemChangeList=f"{mothers[3]['external_userid']},{mothers[0]['external_userid']}")
    assert [here.state(mother) for mother in mothers] == ["taken"] * 4


def test_strangers_and_people_of_other_groups_touch_no_count(town: MakeTown) -> None:
    here = town(2, capacity=1)
    first, second = here.place.chat_ids
    mother, other, stranger = here.seated(), here.seated(), here.person()
    here.scan(mother, first)
    here.hear(first)
    for person in (other, stranger, mother):
        here.scan(person, second if person is mother else first)
    here.hear(first)
    here.hear(second)
    assert here.place.live() == {first: 1, second: 1}
    assert [here.state(person) for person in (mother, other, stranger)] == ["taken", "held", "none"]
    assert here.standings(first) == ["seated", "squatter", "squatter"]
    assert here.standings(second) == ["double"]


def test_coming_late_gets_the_seat_back_while_there_is_room(town: MakeTown) -> None:
    here = town(1, capacity=1)
    [chat_id] = here.place.chat_ids
    late = here.seated()
    holds.expire_due(NOW + timedelta(hours=1))
    assert here.state(late) == "expired"
    here.scan(late, chat_id)
    here.hear(chat_id)
    assert here.state(late) == "taken"
    assert here.place.live() == {chat_id: 1}


def test_a_dismissed_group_takes_nobody_any_more(town: MakeTown) -> None:
    here = town(1)
    [chat_id] = here.place.chat_ids
    here.hear(chat_id, ChangeType="dismiss")
    group = store.get_group(chat_id)
    assert group and group.state == "closed"
