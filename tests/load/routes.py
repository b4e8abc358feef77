"""What a broadcast uses by each route, from its schedule to its end, for docs/costs.md.

The audience is found in the tables, WeCom, the account and the vendor of texts are the sandbox, owners tap within the
hour, and each text has its receipt. A call of a worker is an invocation; milliseconds are those of this machine.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from load.units import Units, counting
from pond.broadcasts import courier, hearing, scheduling
from pond.broadcasts.model import ROUTES, Route
from pond.broadcasts.model_targets import PENDING
from pond.kernel import clock, queues
from pond.kernel.settings import secret
from pond.platforms import receipts, sms_notices, texts
from pond.platforms.events import TextEnded
from support import template as templates
from support.castings import Casting
from support.outbox import envelope

STATES = 3  # events of a broadcast: scheduled, begun, sent
IN_A_GROUP = 100
MINUTE = timedelta(minutes=1)
MOST_LOOKS = 200


@dataclass(frozen=True)
class Sent:
    """A text that the vendor took."""

    message_id: str
    phone: str
    reference: str


class Counts:
    """What was used by one broadcast."""

    def __init__(self) -> None:
        self.invocations: Counter[str] = Counter()
        self.seconds: dict[str, float] = defaultdict(float)
        self.messages = 0

    def timed[**P, T](self, name: str, call: Callable[P, T]) -> Callable[P, T]:
        """The call, counted as an invocation of a function."""

        def count(*args: P.args, **kwargs: P.kwargs) -> T:
            self.invocations[name] += 1
            started = time.monotonic()
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds[name] += time.monotonic() - started

        return count

    def usage(self, units: Units, people: int, api_requests: int) -> dict[str, Any]:
        """As infra/costs.py reads it."""
        found = {templates.name_of(one): one for one in templates.functions(templates.read()).values()}
        functions = {
            name: {"invocations": times, "milliseconds": self.seconds[name] * 1000}
            for name, times in self.invocations.items()
        }
        return {
            "people": people,
            "write_units": units.written,
            "read_units": units.read,
            "api_requests": api_requests,
            "queue_messages": self.messages,
            "events": STATES + api_requests,  # each receipt comes to one
            "functions": functions,
            "memory_mb": {name: found[name].get("MemorySize", 512) for name in functions},
        }


def measure(here: Casting, people: int) -> dict[str, Any]:
    """What a broadcast to so many uses, by route."""
    return {"routes": {route: by_route(here.elsewhere(), route, people) for route in ROUTES}}


def by_route(here: Casting, route: Route, people: int) -> dict[str, Any]:
    """What a broadcast to so many uses by one route.

    Raises:
        AssertionError: somebody did not get it.
    """
    content_id = _prepare(here, route, people)
    broadcast_id, counts = here.scheduled(here.draft(route, (content_id,))), Counts()
    sent: list[Sent] = []
    with counting() as units, _watched(counts, sent):
        units.step = route
        if route == "sms":
            here.sandbox.do("POST", "/clock", {"now": clock.now().timestamp()})  # requests are signed by the real time
        here.ask(broadcast_id)
        counts.messages += 1
        here.work()
        _pass(here, MINUTE, lambda: PENDING not in here.marks(broadcast_id))
        here.passes(10 * MINUTE)
        here.taps()
        _pass(here, timedelta(hours=1), lambda: scheduling.get(broadcast_id).state == "sent")
        for one in sent:
            _receipt(counts, one)
    got = here.marks(broadcast_id)
    if got != ("U" if route == "duty" else "s") * people:  # nobody says here that a duty is done
        raise AssertionError(f"{route}: {Counter(got)} of {people}")
    return counts.usage(units, people, len(sent))


def _pass(here: Casting, time: timedelta, until: Callable[[], bool]) -> None:
    """Let time pass until it is so; not for ever."""
    for _ in range(MOST_LOOKS):
        if until():
            return
        here.passes(time)
    raise AssertionError(f"not so after {MOST_LOOKS} times {time}")


def _prepare(here: Casting, route: Route, people: int) -> str:
    """Who gets it, with what; the content."""
    if route in ("wecom_group", "duty"):
        for _ in range(people // 20):
            here.owner(20)
        return "morning"
    for _ in range(-(-people // IN_A_GROUP)):
        owner = here.owner(1)
        for _ in range(min(people, IN_A_GROUP)):
            person = here.member(here.chats[owner][0])
            if route == "wecom_customer":
                here.befriend(owner, person)
    if route == "sms":
        kept = {secret("sms")["template_id"]: "您的验证码是{1}", "1000002": {"kind": "notice", "text": "{1}，{2}"}}
        here.sandbox.do("PATCH", "/config", {"sms": {"tencent": {"templates": kept}}})
    body = "name: 小满\ntopic: 直播" if route == "sms" else "今晚八点直播"
    return here.piece("evening" if route == "sms" else "hello", body, routes=[route])


@contextmanager
def _watched(counts: Counts, sent: list[Sent]) -> Iterator[None]:
    known = secret("sms") | {"notice_templates": "evening=1000002:name,topic"}
    send, note = queues.send, texts.note

    def sending(url: str, bodies: list[dict[str, Any]]) -> None:
        counts.messages += len(bodies)
        send(url, bodies)

    def noting(vendor: str, message_id: str, phone: str, now: datetime, reference: str) -> str:
        sent.append(Sent(message_id, phone, reference))
        return note(vendor, message_id, phone, now, reference)

    with (
        patch.object(courier, "take", counts.timed("broadcast_courier", courier.take)),
        patch.object(hearing, "hear", counts.timed("broadcast_results", hearing.hear)),
        patch.object(receipts, "receive", counts.timed("receipts", receipts.receive)),
        patch.object(queues, "send", sending),
        patch.object(sms_notices, "secret", lambda name: known),
        patch.object(texts, "note", noting),
    ):
        yield


def _receipt(counts: Counts, one: Sent) -> None:
    """A receipt comes, is told, and heard."""
    mobile = one.phone.removeprefix("+86")
    entry = {"report_status": "SUCCESS", "mobile": mobile, "errmsg": "DELIVRD", "sid": one.message_id}
    receipts.receive("tencent", receipts.address_key("tencent"), json.dumps([entry]).encode(), clock.now())
    counts.messages += 1
    told = TextEnded(reference=one.reference, delivered=True, reason="DELIVRD")
    hearing.hear(envelope(told), clock.now())
