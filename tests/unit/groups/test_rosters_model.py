"""Reading WeCom's events, ordering them, and naming how somebody stands in a group."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from pond.groups.model import Seat, SeatState
from pond.groups.model_rosters import Heard, came, in_chain, read, standing_without

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
JOIN: dict[str, Any] = {
    "ChatId": "wr1",
    "ChangeType": "update",
    "UpdateDetail": "add_member",
    "JoinScene": "3",
    "MemChangeCnt": "2",
    "MemChangeList": ["wmA", "wmB"],
    "LastMemVer": "v1",
    "CurMemVer": "v2",
    "CreateTime": "1795413600",
}


def event(last: str, current: str, gone: Sequence[str] = ("wmA",)) -> Heard:
    return Heard(
        chat_id="wr1",
        change="update",
        gone=frozenset(gone),
        listed=True,
        last=last,
        current=current,
        said_at=AT,
        received_at=AT,
    )


@pytest.mark.parametrize("listed", [["wmA", "wmB"], "wmA,wmB", " wmA, wmB ,"])
def test_both_forms_of_the_list_say_the_same(listed: object) -> None:
    heard = read(JOIN | {"MemChangeList": listed}, AT)
    assert (set(heard.joined), set(heard.gone), heard.listed) == ({"wmA", "wmB"}, set(), True)
    assert (heard.last, heard.current, heard.said_at) == ("v1", "v2", datetime.fromtimestamp(1795413600, UTC))


@pytest.mark.parametrize(
    "fields",
    [{"MemChangeList": ""}, {"MemChangeList": None}, {"MemChangeCnt": "3"}, {"UpdateDetail": "change_name"}],
)
def test_a_list_that_is_not_whole_is_none(fields: dict[str, Any]) -> None:
    assert not read(JOIN | fields, AT).listed


def test_older_events_name_no_count() -> None:
    assert read({key: value for key, value in JOIN.items() if key != "MemChangeCnt"}, AT).listed


@pytest.mark.parametrize(("scene", "removed"), [("0", False), ("1", True), (1, True), (None, False)])
def test_leaving_and_being_removed_are_told_apart(scene: object, removed: bool) -> None:
    assert read(JOIN | {"UpdateDetail": "del_member", "QuitScene": scene}, AT).removed is removed


def test_events_in_any_order_make_the_one_chain() -> None:
    first, second, third = event("v1", "v2"), event("v2", "v3"), event("v3", "v4")
    for order in permutations((first, second, third)):
        assert in_chain("v1", order) == [first, second, third]


@pytest.mark.parametrize(
    ("version", "events"),
    [
        (None, [event("v1", "v2")]),
        ("v0", [event("v1", "v2")]),
        ("v1", [event("v1", "v2"), event("v3", "v4")]),
        ("v1", [event("v1", "v2"), event("v1", "v3")]),
        ("v1", [read(JOIN | {"MemChangeList": ""}, AT)]),
    ],
)
def test_a_gap_is_seen(version: str | None, events: list[Heard]) -> None:
    assert in_chain(version, events) is None


def seat(state: SeatState, chat_id: str | None) -> Seat:
    return Seat(member_id="m", programme_id="p", pool_id="p~s", state=state, chat_id=chat_id)


@pytest.mark.parametrize(
    ("held", "came_by", "standing"),
    [
        (None, "invited", "stranger"),
        (None, "code", "squatter"),
        (seat("waiting", None), "code", "squatter"),
        (seat("waiting", None), "link", "stranger"),
        (seat("taken", "other"), "code", "double"),
        (seat("held", "other"), "code", "squatter"),
        (seat("held", "other"), "invited", "double"),
        (seat("left", "other"), "invited", "stranger"),
        (seat("expired", "here"), "code", "stranger"),
        (seat("removed", "here"), "code", "stranger"),
    ],
)
def test_everyone_without_a_seat_here_stands_somehow(held: Seat | None, came_by: str, standing: str) -> None:
    assert standing_without(held, "here", came_by) == standing


def test_how_somebody_came() -> None:
    assert [came(3, "ours", "ours"), came(3, None, "ours"), came(2, None, "x"), came(1, "", ""), came(9, None, "")] == [
        "code",
        "scan",
        "link",
        "invited",
        "unknown",
    ]
