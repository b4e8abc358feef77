"""Occurrences of a step: in order, none twice, each due when it should be, and found again by their names."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pond.broadcasts.model_plan import (
    CHINA,
    AfterDays,
    AfterHours,
    OnAge,
    OnDays,
    When,
    due_at,
    happened_in,
    occurrences,
    passed,
)
from pond.broadcasts.model_plan_reader import read
from pond.kernel.errors import Refused

CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))
WHENS = st.one_of(
    st.builds(AfterDays, st.just("seat_taken"), st.integers(1, 60), CLOCKS),
    st.builds(AfterHours, st.just("seat_taken"), st.integers(1, 240)),
    st.builds(OnDays, CLOCKS, st.frozensets(st.integers(0, 6), min_size=1)),
    st.builds(OnAge, st.sampled_from(["birthday", "due"]), st.integers(0, 40), st.integers(1, 28), CLOCKS),
)
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@given(when=WHENS, now=MOMENTS)
def test_a_step_that_begins_now_begins_with_what_is_due_next(when: When, now: datetime) -> None:
    before = passed(when, now)
    following = list(islice(occurrences(when, before), 12))
    due = [due_at(when, one) for one in following]
    assert due_at(when, before) <= now < due[0]
    assert due == sorted(set(due))
    assert following == sorted(set(following))
    assert list(islice(occurrences(when, following[3]), 8)) == following[4:]
    if not isinstance(when, OnDays):  # nothing lies between what passed and what comes
        step = {AfterHours: timedelta(hours=1), AfterDays: timedelta(days=1), OnAge: timedelta(days=31)}[type(when)]
        assert due[0] - due_at(when, before) <= step


@given(when=WHENS, at=MOMENTS)
def test_everyone_to_whom_it_happens_is_in_one_occurrence(when: When, at: datetime) -> None:
    if not isinstance(when, AfterDays | AfterHours):
        return
    first = passed(when, at - timedelta(days=70))
    theirs = []
    for occurrence in islice(occurrences(when, first), 2_000):
        since, until = happened_in(when, occurrence) or (at, at)
        if since > at:
            break
        if since <= at < until:
            theirs.append(occurrence)
    [occurrence] = theirs
    due = due_at(when, occurrence)
    if isinstance(when, AfterHours):
        assert timedelta(hours=when.hours) < due - at <= timedelta(hours=when.hours + 1)
    else:
        local = due.astimezone(CHINA)
        assert (local.date() - at.astimezone(CHINA).date()).days == when.days
        assert local.time() == when.at


@given(weekdays=st.frozensets(st.integers(0, 6), min_size=1), at=CLOCKS, pieces=st.integers(1, 9), now=MOMENTS)
def test_pieces_take_turns(weekdays: frozenset[int], at: time, pieces: int, now: datetime) -> None:
    from pond.broadcasts.model_plan import Step

    names = tuple(f"p{number}" for number in range(pieces))
    when = OnDays(at, weekdays)
    step = Step(step_id="s", when=when, route="duty", contents=names)
    said = [step.choices(one)[0].content_id for one in islice(occurrences(when, passed(when, now)), 2 * pieces)]
    assert all(set(said[start : start + pieces]) == set(names) for start in range(pieces))


DOCUMENT = """
plan_id: p
name: 计划
community: newcomer
audience: {where: {stage: [pregnancy]}}
steps:
  - {step_id: a, after: {event: group_filled, days: 1, at: "10:00"}, route: wecom_group, content: c}
  - {step_id: b, clock: {weekdays: all, at: "08:00"}, route: duty, content: [c, d], where: {state: [open]}}
"""

BAD = {
    "no steps": ({"steps": []}, "steps"),
    "unknown": ({"foo": 1}, "foo: no such field"),
    "twice": (
        {"steps": 2 * [{"step_id": "a", "clock": {"weekdays": "all", "at": "08:00"}, "route": "duty", "content": "c"}]},
        "twice",
    ),
    "everybody": (
        {
            "audience": {},
            "steps": [
                {"step_id": "a", "clock": {"weekdays": "all", "at": "08:00"}, "route": "duty", "content": "c"},
            ],
        },
        r"audience\.everybody: steps\.a",
    ),
    "not of groups": ({"audience": {"where": {"bought": True}}}, "bought says nothing of a group"),
    "bad audience": ({"audience": {"where": {"all": []}}}, "where.all"),
}
BAD_STEPS = {
    "members' event": {"after": {"event": "seat_taken", "days": 1, "at": "10:00"}, "route": "wecom_group"},
    "groups' event": {"after": {"event": "group_filled", "days": 1, "at": "10:00"}, "route": "account"},
    "groups' age": {"age": {"of": "birthday", "months": 7, "day": 1, "at": "10:00"}, "route": "duty"},
    "days and hours": {"after": {"event": "group_filled", "days": 1, "hours": 1}, "route": "duty"},
    "no days": {"after": {"event": "group_filled", "days": 0, "at": "10:00"}, "route": "duty"},
    "two times": {
        "after": {"event": "group_filled", "days": 1, "at": "10:00"},
        "clock": {"weekdays": "all"},
        "route": "duty",
    },
    "no time": {"route": "duty"},
    "bad clock": {"clock": {"weekdays": "all", "at": "25:00"}, "route": "duty"},
    "bad weekday": {"clock": {"weekdays": ["someday"], "at": "08:00"}, "route": "duty"},
    "bad day": {"clock": {"days": ["2026-02-30"], "at": "08:00"}, "route": "duty"},
    "bad rule": {"clock": {"weekdays": "all", "at": "08:00"}, "route": "duty", "over_cap": "keep"},
    "no route": {"clock": {"weekdays": "all", "at": "08:00"}, "route": "pigeon"},
    "no content": {"clock": {"weekdays": "all", "at": "08:00"}, "route": "duty", "content": None},
    "percent": {
        "clock": {"weekdays": "all", "at": "08:00"},
        "route": "duty",
        "content": None,
        "versions": [{"content": "a", "percent": 50}, {"content": "b", "percent": 49}],
    },
}


def test_a_plan_is_read() -> None:
    plan = read(yaml.safe_load(DOCUMENT), "yutang")
    assert [step.when for step in plan.steps] == [
        AfterDays("group_filled", 1, time(10)),
        OnDays(time(8), weekdays=frozenset(range(7))),
    ]
    assert plan.steps[1].contents == ("c", "d")
    assert [step.over_cap for step in plan.steps] == ["move", "drop"]  # what the clock asks for is of its day


def test_a_step_may_say_what_becomes_of_who_had_enough() -> None:
    document = yaml.safe_load(DOCUMENT)
    document["steps"][0]["over_cap"], document["steps"][1]["over_cap"] = "drop", "move"
    assert [step.over_cap for step in read(document, "yutang").steps] == ["drop", "move"]


@pytest.mark.parametrize("change, says", BAD.values(), ids=BAD)
def test_a_plan_that_is_not_whole_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        read(yaml.safe_load(DOCUMENT) | change, "yutang")


@pytest.mark.parametrize("step", BAD_STEPS.values(), ids=BAD_STEPS)
def test_a_step_that_is_not_whole_is_refused(step: dict[str, object]) -> None:
    document = yaml.safe_load(DOCUMENT)
    document["steps"] = [{"step_id": "a", "content": "c", **step}]
    with pytest.raises(Refused, match=r"plan\.invalid: plan\.steps\[0\]"):
        read(document, "yutang")


def test_a_date_of_yaml_is_a_day() -> None:
    document = yaml.safe_load(DOCUMENT)
    document["steps"] = [
        {"step_id": "a", "clock": {"days": [date(2026, 12, 24)], "at": "08:00"}, "route": "duty", "content": "c"}
    ]
    assert read(document, "yutang").steps[0].when == OnDays(time(8), days=frozenset({date(2026, 12, 24)}))
