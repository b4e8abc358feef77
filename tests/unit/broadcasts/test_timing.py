"""Nothing goes in quiet hours, on holidays, or above a cap; what is moved goes later and never too late."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from pond.broadcasts.model_timing import Cap, Rules, Verdict, next_moment, over, periods

CHINA = timezone(timedelta(hours=8))
FIRST = datetime(2026, 11, 23, tzinfo=CHINA)
MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))
HOLIDAYS = st.frozensets(st.integers(0, 40).map(lambda days: (FIRST + timedelta(days=days)).date()), max_size=12)
CAPS = st.lists(
    st.builds(
        Cap, st.sampled_from(["day", "week", "month"]), st.integers(0, 5), st.sampled_from(["move", "drop"])
    ).filter(lambda cap: cap.at_most or cap.per == "month"),
    max_size=3,
).map(tuple)
RULES = st.builds(
    Rules,
    quiet_from=CLOCKS,
    quiet_to=CLOCKS,
    in_quiet=st.sampled_from(["move", "drop"]),
    holidays=HOLIDAYS,
    on_holiday=st.sampled_from(["send", "move", "drop"]),
    move_at_most_days=st.integers(0, 10),
)


def is_quiet(rules: Rules, at: datetime) -> bool:
    """Minute by minute through the night, from the clock alone."""
    minute, begins, ends = (
        one.hour * 60 + one.minute for one in (at.astimezone(CHINA), rules.quiet_from, rules.quiet_to)
    )
    return (minute - begins) % 1440 < (ends - begins) % 1440


@given(rules=RULES, at=MOMENTS)
def test_what_goes_goes_at_an_allowed_time(rules: Rules, at: datetime) -> None:
    found = next_moment(rules, at)
    hindered = is_quiet(rules, at) or (rules.on_holiday != "send" and at.date() in rules.holidays)
    if found.outcome == "drop":
        assert hindered
        assert found.reason in {"quiet", "holiday", "too_late"}
        return
    assert found.at.tzinfo is UTC
    assert not is_quiet(rules, found.at)
    assert rules.on_holiday == "send" or found.at.astimezone(CHINA).date() not in rules.holidays
    assert timedelta(0) <= found.at - at <= timedelta(days=rules.move_at_most_days)
    assert (found.outcome == "move") == hindered == (found.at != at) == bool(found.reason)
    assert next_moment(rules, found.at).outcome == "send"


@given(rules=RULES, at=MOMENTS)
def test_what_is_moved_goes_at_the_first_allowed_time(rules: Rules, at: datetime) -> None:
    found = next_moment(rules, at)
    if found.outcome != "move" or rules.on_holiday != "send":
        return
    minutes = int((found.at - at).total_seconds() // 60)
    assert all(is_quiet(rules, at + timedelta(minutes=one)) for one in range(minutes))


@given(rules=RULES, caps=CAPS, due=st.lists(MOMENTS, max_size=25))
def test_no_period_gets_more_than_its_caps(rules: Rules, caps: tuple[Cap, ...], due: list[datetime]) -> None:
    """A dispatcher that waits for an allowed moment, asks, waits until the moment it is told, asks again, and counts
    what it sent."""
    counted = Counter[str]()
    waiting = [(at, at) for at in sorted(due)]
    asked = 0
    while waiting:
        at, due_at = min(waiting)
        waiting.remove((at, due_at))
        allowed = next_moment(rules, at)
        asked += 1
        assert asked < 2_000
        if allowed.outcome == "move":
            waiting.append((allowed.at, due_at))
        if allowed.outcome != "send":
            continue
        found = over(rules, caps, counted, at, due_at)
        if found is None:
            counted.update(periods(at))
        elif found.outcome == "move":
            assert at < found.at <= due_at + timedelta(days=rules.move_at_most_days)
            assert next_moment(rules, found.at).outcome == "send"
            waiting.append((found.at, due_at))
    for period, number in counted.items():
        per, _, name = period.partition("~")
        for cap in caps:
            if cap.per == per:
                on = date.fromisoformat(f"{name}-01") if per == "month" else FIRST.date()
                assert number <= (cap.at_most or cap.limit(on))


def test_wecoms_monthly_limit_follows_the_month() -> None:
    rules = Rules()
    february = datetime(2027, 2, 10, 12, 0, tzinfo=CHINA)
    counted = {"month~2027-02": 28}
    full = over(rules, rules.group, counted, february, february)
    assert full is not None and full.outcome == "drop"
    assert over(rules, rules.group, {"month~2027-02": 27}, february, february) is None
    january = datetime(2027, 1, 10, 12, tzinfo=CHINA)
    assert over(rules, rules.group, {"month~2027-01": 30}, january, january) is None


def test_what_is_over_goes_when_the_widest_of_its_caps_opens_unless_that_is_too_late() -> None:
    rules, wednesday = Rules(), datetime(2027, 2, 10, 12, 0, tzinfo=CHINA)
    counted = {"week~2027-W06": 7, "day~2027-02-10": 2}
    caps = (Cap("day", 2), Cap("week", 7))
    found = over(rules, caps, counted, wednesday, wednesday)
    assert found == Verdict("move", datetime(2027, 2, 15, 0, 0, tzinfo=UTC), "cap.week")
    late = over(rules, caps, counted, wednesday, wednesday - timedelta(days=3))
    assert late == Verdict("drop", wednesday, "too_late")
