"""Plans become broadcasts once, a day ahead: whatever changes, repeats, or breaks off in between."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.broadcasts import almanac, audiences, planning, plans, scheduling, store_plans
from pond.broadcasts.model_plan import CHINA, due_at
from pond.groups.store import GroupRow, SeatRow
from pond.kernel.errors import NotFound, Refused
from pond.members.model import Registration
from pond.members.store import RegistrationRow, add_registration
from pond.orders import store_orders
from pond.orders.model_attribution import Attribution
from pond.orders.model_order import Order
from pond.orders.model_stored import StoredOrder
from support.arriving import came
from support.budgets import examples
from support.crashes import explore
from support.places import add_group

BY = "王芳"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.usefixtures("schedules")


def document(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "plan_id": "plan",
        "name": "计划",
        "community": "newcomer",
        "audience": {"everybody": True},
        "steps": list(steps),
    } | more


def morning(content: Any, step_id: str = "morning", **more: Any) -> dict[str, Any]:
    clock = {"weekdays": "all", "at": "09:00"}
    return {"step_id": step_id, "clock": clock, "route": "wecom_group", "content": content} | more


def after_full(content: str, days: int, step_id: str, at: str = "10:00") -> dict[str, Any]:
    after = {"event": "group_filled", "days": days, "at": at}
    return {"step_id": step_id, "after": after, "route": "wecom_group", "content": content}


def made(programme_id: str) -> list[tuple[str, str, datetime | None]]:
    """(step~occurrence, outcome, when) of everything decided."""
    found = plans.runs(programme_id, "plan")
    return [(f"{run.step_id}~{run.occurrence}", run.outcome, run.planned_for) for run in found]


def tend(programme_id: str, now: datetime) -> int:
    """Plan this programme's plan only: other tests' plans stand beside it."""
    return planning.plan_ahead(*plans.get(programme_id, "plan"), now)


def china(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


def test_each_morning_is_planned_once_a_day_ahead(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    piece = approved(f"{programme_id}-m")
    assert plans.apply(document(morning(piece)), programme_id, BY, now)[0] == "created"
    assert plans.apply(document(morning(piece)), programme_id, BY, now)[0] == "same"
    today = now.astimezone(CHINA).date()
    for hours in range(0, 72, 5):
        tend(programme_id, now + hours * HOUR)
    found = made(programme_id)
    assert [one[0] for one in found] == [f"morning~{today + n * DAY}" for n in (1, 2, 3, 4)]
    assert [one[2] for one in found] == [china(today + n * DAY, 9) for n in (1, 2, 3, 4)]
    run = plans.runs(programme_id, "plan")[0]
    assert run.draft
    told = scheduling.get(run.draft["broadcast_id"])
    assert (told.state, told.approved_by, told.due_at) == ("scheduled", BY, china(today + DAY, 9))
    assert told.variants[0].content_id == piece
    assert told.audience.nobody


def test_a_change_touches_only_what_is_not_planned(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    old, new = approved(f"{programme_id}-a"), approved(f"{programme_id}-b")
    plans.apply(document(morning(old)), programme_id, BY, now)
    tend(programme_id, now)
    later = {"weekdays": "all", "at": "11:00"}
    assert plans.apply(document(morning(new) | {"clock": later}), programme_id, BY, now + HOUR)[0] == "changed"
    tend(programme_id, now + HOUR)
    tend(programme_id, now + DAY)
    today = now.astimezone(CHINA).date()
    assert [one[2] for one in made(programme_id)] == [china(today + DAY, 9), china(today + 2 * DAY, 11)]
    said = [run.draft["variants"][0][0] for run in plans.runs(programme_id, "plan") if run.draft]
    assert said == [old, new]


def test_what_fell_into_a_pause_is_not_made_up_for(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    piece = approved(f"{programme_id}-m")
    plans.apply(document(morning(piece)), programme_id, BY, now)
    tend(programme_id, now)
    plans.apply(document(morning(piece), status="paused"), programme_id, BY, now + HOUR)
    assert plans.get(programme_id, "plan")[0].paused
    resumed = now + 10 * DAY
    plans.apply(document(morning(piece)), programme_id, BY, resumed)
    tend(programme_id, resumed)
    today = now.astimezone(CHINA).date()
    assert [one[0] for one in made(programme_id)] == [f"morning~{today + DAY}", f"morning~{today + 11 * DAY}"]


def test_what_the_clock_asked_for_while_nobody_planned_is_dropped_and_said(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    plans.apply(document(morning(approved(f"{programme_id}-m"))), programme_id, BY, now)
    tend(programme_id, now + 3 * DAY)
    assert [(one[1], one[2] is None) for one in made(programme_id)] == [("dropped", True)] * 3 + [("planned", False)]
    assert {run.reason for run in plans.runs(programme_id, "plan")} == {"too_late", ""}


def test_quiet_hours_and_holidays_move_or_drop_and_it_is_said(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    today = now.astimezone(CHINA).date()
    rules = {"quiet": {"from": "21:00", "to": "10:00"}, "holidays": [{"from": today + 2 * DAY}], "on_holiday": "drop"}
    almanac.apply(programme_id, rules, now)
    plans.apply(document(morning(approved(f"{programme_id}-m"))), programme_id, BY, now)
    for days in range(3):
        tend(programme_id, now + days * DAY)
    assert made(programme_id) == [
        (f"morning~{today + DAY}", "moved", china(today + DAY, 10)),
        (f"morning~{today + 2 * DAY}", "dropped", None),
        (f"morning~{today + 3 * DAY}", "moved", china(today + 3 * DAY, 10)),
    ]
    assert [run.reason for run in plans.runs(programme_id, "plan")] == ["quiet", "holiday", "quiet"]


def test_groups_that_filled_on_a_day_are_one_broadcast(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    piece = approved(f"{programme_id}-g")
    plans.apply(document(after_full(piece, 1, "first"), after_full(piece, 3, "third")), programme_id, BY, now)
    chats = [unique("chat") for _ in range(4)]
    for number, chat_id in enumerate(chats):
        add_group(programme_id, f"{programme_id}~pregnancy", chat_id, 1, number)
        filled = now + (number // 2) * DAY
        GroupRow(chat_id).update([GroupRow.live_seats.set(1), GroupRow.filled_at.set(filled)])
    for hours in range(0, 5 * 24, 11):
        tend(programme_id, now + hours * HOUR)
    today = now.astimezone(CHINA).date()
    steps = {name: at for name, outcome, at in made(programme_id) if outcome == "planned"}
    told = {}
    for run in plans.runs(programme_id, "plan"):
        if run.draft:
            broadcast = scheduling.get(run.draft["broadcast_id"])
            found, _ = audiences.expand(programme_id, broadcast.audience, "group", None, 10_000, now)
            told[f"{run.step_id}~{run.occurrence}"] = {one.recipient_id for one in found}
    first, second = set(chats[:2]), set(chats[2:])
    assert {name: ids for name, ids in told.items() if ids} == {
        f"first~{today}": first,
        f"first~{today + DAY}": second,
        f"third~{today}": first,
        f"third~{today + DAY}": second,
    }
    assert steps[f"third~{today}"] == china(today + 3 * DAY, 10)
    assert not [name for name in steps if name.startswith("third~") and name[6:] > str(today + DAY)]  # nobody: nothing


def test_an_hour_after_somebody_came_in(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    """The plan's clock: 14:00. One came at 14:20, one at 15:10: two broadcasts, nothing for hours without anybody."""
    piece = approved(f"{programme_id}-h", routes=["account"])
    step = {"step_id": "hello", "after": {"event": "seat_taken", "hours": 1}, "route": "account", "content": piece}
    plans.apply(document(step), programme_id, BY, now)
    members = [unique("member") for _ in range(3)]
    for member_id, minutes in zip(members, (20, 40, 70), strict=True):
        enrol(programme_id, member_id, now)
        came(member_id, programme_id, f"{programme_id}-chat", now + timedelta(minutes=minutes))
    SeatRow(members[1], programme_id).update([SeatRow.state.set("left")])  # who left is not spoken to
    for minutes in range(0, 600, 30):
        tend(programme_id, now + timedelta(minutes=minutes))
    found = made(programme_id)
    assert [(one[0], one[2]) for one in found] == [
        ("hello~2026-11-23T14", now + 2 * HOUR),
        ("hello~2026-11-23T15", now + 3 * HOUR),
    ]
    for run, whom in zip(plans.runs(programme_id, "plan"), (members[:1], members[2:]), strict=True):
        assert run.draft
        audience = scheduling.get(run.draft["broadcast_id"]).audience
        some, _ = audiences.expand(programme_id, audience, "member", None, 50, now)
        assert [one.recipient_id for one in some] == whom


def test_a_moved_birthday_is_followed_until_the_broadcast_goes(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    piece = approved(f"{programme_id}-b", routes=["account"])
    age = {"of": "birthday", "months": 7, "day": 5, "at": "10:00"}
    plans.apply(document({"step_id": "seven", "age": age, "route": "account", "content": piece}), programme_id, BY, now)
    member_id = unique("member")
    enrol(programme_id, member_id, now, born_in="2026-05")  # seven months old in December
    fifth = china(date(2026, 12, 5), 10)

    def told(planned_at: datetime) -> dict[str, list[str]]:
        tend(programme_id, planned_at)
        found = {}
        for run in plans.runs(programme_id, "plan"):
            assert run.draft
            audience = scheduling.get(run.draft["broadcast_id"]).audience
            some, _ = audiences.expand(programme_id, audience, "member", None, 5_000, due_at(step.when, run.occurrence))
            found[run.occurrence] = [one.recipient_id for one in some]
        return found

    [step] = plans.get(programme_id, "plan")[0].steps
    assert told(fifth - 2 * DAY) == {}
    assert told(fifth - HOUR) == {"2026-12": [member_id]}
    RegistrationRow(member_id, programme_id).update([RegistrationRow.born_in.set("2026-06")])
    assert told(fifth - HOUR) == {"2026-12": []}
    january = china(date(2027, 1, 5), 10)
    assert told(january - HOUR) == {"2026-12": [], "2027-01": [member_id]}


def test_who_paid_is_thanked_within_the_hour_after_next(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    piece = approved(f"{programme_id}-t", routes=["account"])
    step = {"step_id": "thanks", "after": {"event": "order_paid", "hours": 1}, "route": "account", "content": piece}
    plans.apply(document(step), programme_id, BY, now)
    members = [unique("member") for _ in range(3)]
    for member_id, minutes in zip(members, (10, 50, 100), strict=True):
        enrol(programme_id, member_id, now)
        for _ in range(2):  # who paid twice is thanked once
            pay(programme_id, member_id, unique("E"), now + timedelta(minutes=minutes))
    pay(programme_id, unique("stranger"), unique("E"), now)  # in another programme only
    for minutes in range(0, 400, 60):
        tend(programme_id, now + timedelta(minutes=minutes))
    told = {}
    for run in plans.runs(programme_id, "plan"):
        assert run.draft
        audience = scheduling.get(run.draft["broadcast_id"]).audience
        found, after = audiences.expand(programme_id, audience, "member", None, 10, now)
        assert after is None
        told[run.occurrence] = [one.recipient_id for one in found]
    assert told == {"2026-11-23T14": sorted(members[:2]), "2026-11-23T15": members[2:]}


def pay(programme_id: str, member_id: str, tid: str, at: datetime) -> None:
    counts_for = Attribution(
        programme_id=programme_id,
        chat_id=None,
        volunteer_id=None,
        channel_id=None,
        earner_id=None,
        earner_role=None,
        referral_id=None,
        rules_version=1,
        reason="no_claim",
    )
    paid = StoredOrder(order=Order(tid=tid, paid_at=at), revision=1, member_id=member_id, attribution=counts_for)
    assert store_orders.write(paid, None)


def enrol(programme_id: str, member_id: str, now: datetime, **more: Any) -> None:
    add_registration(
        Registration(
            member_id=member_id,
            programme_id=programme_id,
            pool_id=f"{programme_id}~pregnancy",
            stage_id="parenting" if more else "pregnancy",
            city="杭州",
            consent_version="1",
            consented_at=now,
            registered_at=now,
            follower_id=f"f-{member_id}",
            **more,
        )
    )


def test_a_piece_that_is_not_approved_or_not_made_for_the_route_is_refused(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    with pytest.raises(Refused, match=r"plan\.content: steps\.morning: gone is not approved"):
        plans.apply(document(morning("gone")), programme_id, BY, now)
    piece = approved(f"{programme_id}-d", routes=["duty"])
    with pytest.raises(Refused, match="is not made for wecom_group"):
        plans.apply(document(morning(piece)), programme_id, BY, now)
    past = {"days": ["2026-11-20", "2026-11-23"], "at": "09:00"}
    with pytest.raises(Refused, match=r"plan\.past: steps\.morning"):
        plans.apply(document(morning(piece) | {"clock": past, "route": "duty"}), programme_id, BY, now)
    with pytest.raises(Refused, match=r"plan\.approver"):
        plans.apply(document(morning(piece)), programme_id, "", now)
    with pytest.raises(NotFound):
        plans.get(programme_id, "plan")


def test_the_calendar_shows_what_is_decided_and_what_is_to_come(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    one, two = approved(f"{programme_id}-1"), approved(f"{programme_id}-2")
    plans.apply(document(morning([one, two])), programme_id, BY, now)
    tend(programme_id, now)
    found = plans.calendar(programme_id, now, now + 3 * DAY)
    today = now.astimezone(CHINA).date()
    assert [(entry.at, entry.decided, entry.outcome) for entry in found] == [
        (china(today + DAY, 9), True, "planned"),
        (china(today + 2 * DAY, 9), False, "send"),
        (china(today + 3 * DAY, 9), False, "send"),
    ]
    assert {entry.content_ids[0] for entry in found[:2]} == {one, two}


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(1, 5)),
        st.tuples(st.just("days"), st.integers(2, 6)),
        st.tuples(st.just("hour"), st.integers(8, 20)),
        st.tuples(st.just("pause"), st.integers(1, 30)),
    ),
    max_size=6,
)


@pytest.fixture
def piece(programme_id: str, approved: Callable[..., str]) -> str:
    return approved(f"{programme_id}-p")


@given(changes=CHANGES)
@settings(max_examples=examples(6), suppress_health_check=list(HealthCheck))
def test_whatever_changes_each_groups_day_is_said_once(
    changes: list[tuple[str, int]], programme_id: str, piece: str, now: datetime
) -> None:
    """Groups fill every day; the step's distance and hour move, the plan pauses. Each day is said at most once, and at
    least once unless a pause took it; nothing is planned of a day that is over and on which no group filled."""
    import secrets

    plan_id = f"p{secrets.token_hex(4)}"
    for number in range(12):
        chat_id = f"{plan_id}-{number}"
        add_group(programme_id, f"{programme_id}~pregnancy", chat_id, 1, number)
        GroupRow(chat_id).update([GroupRow.live_seats.set(1), GroupRow.filled_at.set(now + number * DAY)])
    days, hour, at, paused = 2, 10, now, False

    def apply() -> None:
        wanted = document(after_full(piece, days, "s", f"{hour:02}:00"), plan_id=plan_id)
        plans.apply(wanted | {"status": "paused" if paused else "active"}, programme_id, BY, at)

    def plan() -> None:
        held, stored = plans.get(programme_id, plan_id)
        if not held.paused:
            planning.plan_ahead(held, stored, at)

    apply()
    was_paused = False
    for what, number in [*changes, ("pass", 40)]:
        if what == "pass":
            for _ in range(number):
                plan()
                at += 11 * HOUR
        elif what == "days":
            days = number
            apply()
        elif what == "hour":
            hour = number
            apply()
        else:
            paused = was_paused = True
            apply()
            at += number * HOUR
            paused = False
            apply()
    plan()
    runs = plans.runs(programme_id, plan_id)
    said = [run.occurrence for run in runs]
    assert len(said) == len(set(said))
    filled = {str((now + number * DAY).astimezone(CHINA).date()) for number in range(12)}
    planned = {run.occurrence for run in runs if run.outcome != "dropped"}
    assert planned <= filled
    if not was_paused:
        assert {run.occurrence for run in runs} >= filled


def test_planning_may_break_off_anywhere(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    """Between the crash and the next run the plan is changed: what was decided stays, nothing is said twice."""
    first, second = approved(f"{programme_id}-a"), approved(f"{programme_id}-b")
    today = now.astimezone(CHINA).date()

    def scene() -> str:
        plan_id = unique("plan")
        steps = [morning(first, "a"), morning(second, "b", clock={"weekdays": "all", "at": "12:00"})]
        plans.apply(document(*steps, plan_id=plan_id), programme_id, BY, now)
        return plan_id

    def act(plan_id: str) -> None:
        planning.plan_ahead(*plans.get(programme_id, plan_id), now)

    def check(plan_id: str) -> None:
        later = document(morning(second, "a", clock={"weekdays": "all", "at": "15:00"}), plan_id=plan_id)
        plans.apply(later, programme_id, BY, now)
        act(plan_id)
        runs = plans.runs(programme_id, plan_id)
        assert [(run.step_id, run.occurrence, run.outcome) for run in runs] == [
            ("a", str(today + DAY), "planned"),
            ("b", str(today + DAY), "planned"),
        ]
        for run, piece, hour in zip(runs, (first, second), (9, 12), strict=True):
            assert run.draft
            told = scheduling.get(run.draft["broadcast_id"])
            assert (told.state, told.due_at) == ("scheduled", china(today + DAY, hour))
            assert [variant.content_id for variant in told.variants] == [piece]
        assert store_plans.get(f"{programme_id}~{plan_id}").progress["a"] == str(today + DAY)  # type: ignore[union-attr]

    assert explore(scene, act, check) > 20


def test_all_plans_are_tended_and_full_groups_noted(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    piece = approved(f"{programme_id}-m")
    plans.apply(document(morning(piece)), programme_id, BY, now)
    chat_id = unique("chat")
    add_group(programme_id, f"{programme_id}~pregnancy", chat_id, 2, 1)
    GroupRow(chat_id).update([GroupRow.live_seats.set(2)])
    planning.tend(now)
    assert len(made(programme_id)) == 1
    assert GroupRow.get(chat_id).filled_at == now
    GroupRow(chat_id).update([GroupRow.live_seats.set(1)])
    GroupRow(chat_id).update([GroupRow.live_seats.set(2)])
    planning.tend(now + HOUR)
    assert GroupRow.get(chat_id).filled_at == now  # the first time counts


def test_an_audience_that_grows_beyond_its_bounds_is_refused(
    programme_id: str, approved: Callable[..., str], now: datetime
) -> None:
    piece = approved(f"{programme_id}-x")
    where = {"any": [{"segment": ["pregnancy"]}] * 50}
    with pytest.raises(Refused, match="more than 60 conditions"):
        plans.apply(document(morning(piece, where=where), audience={"where": where}), programme_id, BY, now)
