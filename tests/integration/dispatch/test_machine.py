"""A broadcast's life under any order of what happens to it: schedules, messages and minutes that come twice, late, out
of order, with stops and resumes between, taps of owners, and partners that don't answer."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.broadcasts import agenda, courier, hearing, progress, scheduling, store_agenda, store_chunks
from pond.broadcasts.model_targets import SENT
from pond.kernel.errors import Transient
from support.budgets import examples
from support.castings import Casting

MINUTE = timedelta(minutes=1)
FLOW = {
    "scheduled": {"scheduled", "dispatching", "stopped"},
    "dispatching": {"dispatching", "sent", "stopped"},
    "stopped": {"stopped", "scheduled", "dispatching"},
    "sent": {"sent"},
}
CREATE = "/cgi-bin/externalcontact/add_msg_template"
STEPS = ("due", "minute", "hours", "one", "again", "stop", "resume", "tap", "lost_answer", "busy")


def take(here: Casting, message: dict[str, object]) -> None:
    hears = message["kind"] in (progress.ASK, progress.WITHDRAW)
    with suppress(Transient):
        (hearing.hear if hears else courier.take)(message, here.now)


def step(here: Casting, name: str, broadcast_id: str, chance: random.Random, old: list[dict[str, object]]) -> None:
    match name:
        case "due":
            here.ask(broadcast_id)
        case "minute" | "hours":
            here.until(here.now + (2 * MINUTE if name == "minute" else timedelta(hours=chance.choice((1, 6, 20)))))
            agenda.ask([one for one in store_agenda.due(here.now, 1_000) if one == broadcast_id])
        case "one" if here.waiting:  # any of those that wait; it may come again
            place = chance.randrange(len(here.waiting))
            message = here.waiting[place]
            del here.waiting[place]
            old.append(message)
            take(here, message)
        case "again" if old:
            take(here, chance.choice(old))
        case "stop":
            scheduling.stop(broadcast_id, "ana", here.now)
        case "resume":
            scheduling.resume(broadcast_id, "ana", here.now)
        case "tap":
            here.taps(chance.choice(list(here.chats)))
        case "lost_answer":
            fault = {"platform": "wecom", "endpoint": CREATE, "times": 1, "drop_answer": True}
            here.sandbox.do("POST", "/faults", fault)
        case "busy":
            here.sandbox.do("POST", "/faults", {"platform": "wecom", "endpoint": CREATE, "times": 1, "error": -1})


def test_any_order(casting: Casting, unique: Callable[[str], str]) -> None:
    @settings(
        max_examples=examples(15), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    )
    @given(names=st.lists(st.sampled_from(STEPS), min_size=5, max_size=20), seed=st.integers(0, 1_000))
    def check(names: list[str], seed: int) -> None:
        here = casting.elsewhere()
        casting.sandbox.do("DELETE", "/faults")
        here.owner(2), here.owner(1)
        broadcast_id, chance = here.scheduled(), random.Random(seed)
        state, sent = "scheduled", ""
        old: list[dict[str, object]] = []
        for name in names:
            step(here, name, broadcast_id, chance, old)
            after = scheduling.get(broadcast_id).state
            assert after in FLOW[state], (state, after)
            state = after
            standing = Counter(owner for owner, taken_back in here.tasks() if not taken_back)
            assert max(standing.values(), default=0) <= 1, "two tasks before one owner"
            now_sent = here.marks(broadcast_id)
            assert now_sent.count(SENT) >= sent.count(SENT), "what was sent is forgotten"
            sent = now_sent
        _ends_well(here, broadcast_id)

    check()


def _ends_well(here: Casting, broadcast_id: str) -> None:
    """Resumed and left alone, it goes to its end: every owner got it, every task's id is kept."""
    here.sandbox.do("DELETE", "/faults")
    scheduling.resume(broadcast_id, "ana", here.now)
    here.waiting.clear()  # lost
    here.ask(broadcast_id)
    here.work()
    for _ in range(24):  # a night of quiet hours, and a day of asking
        if scheduling.get(broadcast_id).state == "sent":
            break
        here.passes(2 * MINUTE)
        here.taps()
        here.passes(timedelta(hours=3))
    assert scheduling.get(broadcast_id).state == "sent"
    marks = here.marks(broadcast_id)
    assert len(marks) == 3 and set(marks) <= set("sU"), marks
    known = [msgid for chunk in store_chunks.of(broadcast_id) for msgid in chunk.msgids]
    assert len(known) == len(here.tasks())
    assert here.breaches(broadcast_id) == []
