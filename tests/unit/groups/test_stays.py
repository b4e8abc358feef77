"""Where somebody was when, from their seat's moves."""

from datetime import UTC, datetime

from pond.groups.model import Stay, stays_from

ONE, TWO, THREE = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3))


def test_moves_are_stays_in_groups() -> None:
    assert stays_from("p", ()) == []
    assert stays_from("p", ["in~2026-11-01T00:00:00.000Z~a"]) == [Stay(programme_id="p", chat_id="a", taken_at=ONE)]
    moves = ["in~2026-11-01T00:00:00.000Z~a", "out~2026-11-02T00:00:00.000Z", "in~2026-11-03T00:00:00.000Z~b~c"]
    assert stays_from("p", moves) == [
        Stay(programme_id="p", chat_id="a", taken_at=ONE, ended_at=TWO),
        Stay(programme_id="p", chat_id="b~c", taken_at=THREE),
    ]


def test_who_is_in_another_group_left_the_one_before() -> None:
    moves = ["in~2026-11-01T00:00:00.000Z~a", "in~2026-11-02T00:00:00.000Z~b", "out~2026-11-03T00:00:00.000Z"]
    assert [(stay.chat_id, stay.ended_at) for stay in stays_from("p", moves)] == [("a", TWO), ("b", THREE)]
    assert stays_from("p", ["out~2026-11-03T00:00:00.000Z"]) == []
