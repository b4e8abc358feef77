"""Who serves a group: history is kept, one main at a time, whatever the sequence of changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.volunteers.model import Roster, Standing, Volunteer

AT = datetime(2026, 11, 1, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["main", "other", "end"]), st.integers(0, 3)), max_size=12
)


def main_at(roster: Roster, at: datetime) -> list[str]:
    return [one.volunteer_id for one in roster.serving(at) if one.main]


@given(STEPS)
def test_whatever_happens_one_is_the_main_one_and_what_was_stays(steps: list[tuple[str, str, int]]) -> None:
    roster, now = Roster(chat_id="g"), AT
    expected: dict[str, bool] = {}  # who serves now → as the main one
    told: dict[datetime, set[tuple[str, bool]]] = {}
    for who, what, days in steps:
        now += timedelta(days=days)
        if what == "end":
            roster = roster.released(who, now)
            expected.pop(who, None)
        else:
            roster = roster.assigned(who, what == "main", now)
            if what == "main":
                expected = dict.fromkeys(expected, False)
            expected[who] = what == "main"
        told[now] = set(expected.items())
        for at, then in told.items():
            assert {(one.volunteer_id, one.main) for one in roster.serving(at)} == then
            assert len(main_at(roster, at)) <= 1


def test_the_past_is_not_rewritten() -> None:
    roster = Roster(chat_id="g").assigned("a", True, AT)
    with pytest.raises(Refused):
        roster.assigned("b", True, AT - timedelta(seconds=1))
    ended = roster.released("a", AT + timedelta(days=2))
    with pytest.raises(Refused):
        ended.assigned("b", True, AT + timedelta(days=1))
    assert ended.serving(AT + timedelta(days=1))[0].volunteer_id == "a"


def test_somebody_may_serve_and_sell() -> None:
    person = Volunteer(volunteer_id="v")
    for rank, name, day in (
        ("volunteer", "volunteer", date(2026, 8, 1)),
        ("distributor", "bronze", date(2026, 10, 1)),
        ("lead", "lead", date(2026, 11, 15)),
        ("distributor", "silver", date(2026, 11, 1)),
    ):
        person = person.stands(Standing(rank=rank, level=name, from_on=day))  # type: ignore[arg-type]

    def level(day: date, track: str) -> str | None:
        standing = person.standing(day, track)  # type: ignore[arg-type]
        return standing.level if standing else None

    assert [level(date(2026, month, 20), "volunteer") for month in (7, 8, 11)] == [None, "volunteer", "lead"]
    assert [level(date(2026, month, 20), "distributor") for month in (9, 10, 11)] == [None, "bronze", "silver"]
    latest = person.standing(date(2026, 11, 20))
    assert latest is not None and latest.track == "volunteer"
    corrected = person.stands(Standing(rank="distributor", level="gold", from_on=date(2026, 11, 1)))
    assert len(corrected.standings) == len(person.standings)
