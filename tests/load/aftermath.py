"""After a soak's faults: wait until nothing is on its way, let time and night do their duties, send dead letters again,
and see whether everything that must hold does.
"""

import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from load import broadcasting
from load.players import Doings
from support.journeys import Pond

QUIET_LOOKS = 3  # looks in a row that find every queue empty
SETTLE_SECONDS = 420
BROADCAST_SECONDS = 420  # a busy partner is asked again after minutes
_NAMES = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]

# Youzan's lists lag behind: the night looks at what is older than some minutes. Here it comes that much later.
_NIGHT = """
import json
from datetime import UTC, datetime, timedelta
from pond.orders import reconciliation
at, more = datetime.now(UTC) + timedelta(minutes=3), True
while more:
    _, more = reconciliation.reconcile(at)
print(json.dumps(None))
"""
_ORDERS = """
import json
from pond.orders import reading
found, cursor, more = {}, None, True
while more:
    page, cursor = reading.orders_from(cursor, 200)
    for one in page:
        found[one.tid] = [one.order.payment_fen, one.order.refunded_fen, one.parked_reason]
    more = cursor is not None
print(json.dumps(found))
"""
_LETTERS = """
import json
from pondctl import letters
print(json.dumps([
    [one.message_id, name, one.reason, letters.describe(one.body).split(" ")[0]]
    for name, url in letters.queues().items() for one in letters.look(name, url, letters.count(url))
]))
"""


@dataclass
class Outcome:
    """What a soak came to. `breaches` is empty when everything held; letters by (queue, reason, kind);
    `found_by_night`: orders that differed from the shop until the night compared them."""

    breaches: list[str] = field(default_factory=list)
    letters: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    letters_left: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    found_by_night: int = 0
    settled_seconds: float = 0.0


def letters(pond: Pond) -> dict[str, tuple[str, str, str]]:
    """Dead letters by id: queue, reason, kind."""
    return {message_id: (queue, reason, kind) for message_id, queue, reason, kind in pond.asks(_LETTERS)}


def settle(pond: Pond, doings: Doings, before: dict[str, tuple[str, str, str]]) -> Outcome:
    """Wait, do the duties, look. `before`: dead letters that lay there when the soak began."""
    began, outcome = time.monotonic(), Outcome()
    late = empty(pond)
    dead = {key: about for key, about in letters(pond).items() if key not in before}
    outcome.letters = Counter(dead.values())
    if dead:
        pond.ctl("dead-letters", "resend", codes=(0, 1))
        late += empty(pond)
    _duties(pond, "minute")
    _duties(pond, "nightly")
    late += empty(pond)
    accounts = {one.mother.account_id for one in doings.mothers}
    outcome.found_by_night = len(_orders(pond, accounts))
    pond.asks(_NIGHT)
    late += empty(pond)
    _duties(pond, "minute")
    late += empty(pond)
    unfinished = _finish_broadcasts(pond, doings)
    left = {key: about for key, about in letters(pond).items() if key not in before}
    outcome.letters_left = Counter(left.values())
    outcome.breaches = [*late, *unfinished, *broadcasting.breaches(pond, doings), *_breaches(pond, doings)]
    outcome.breaches += [*_orders(pond, accounts), *_surprises(pond, doings)]
    outcome.settled_seconds = time.monotonic() - began
    return outcome


def empty(pond: Pond) -> list[str]:
    """Wait until nothing is on its way between the partners and us, nor in any queue, nor in a stream; what still was
    when the time was over."""
    sqs, prefix = pond.town.cloud.client("sqs"), f"{pond.town.environment()['POND_PREFIX']}-"
    urls = [url for url in sqs.list_queues(QueueNamePrefix=prefix)["QueueUrls"] if not url.endswith("-dead")]
    deadline, looks = time.monotonic() + SETTLE_SECONDS, 0
    while looks < QUIET_LOOKS:
        told = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_NAMES)["Attributes"] for url in urls}
        waiting = {url.rpartition("/")[2]: sum(map(int, numbers.values())) for url, numbers in told.items()}
        waiting["partners"] = pond.control.do("POST", "/settle", {"seconds": 1})["waiting"]
        looks = 0 if any(waiting.values()) else looks + 1
        if time.monotonic() > deadline:
            return [f"{number} still in {name}" for name, number in waiting.items() if number]
        time.sleep(1.5)  # what a stream holds is on a queue by then
    return []


def _duties(pond: Pond, which: str) -> None:
    name = f"{pond.town.environment()['POND_PREFIX']}-caretaker:live"
    duty = {"duties": which} if which == "nightly" else {}
    pond.town.cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(duty).encode())


def _breaches(pond: Pond, doings: Doings) -> list[str]:
    told = pond.ctl("check", "--settled", codes=(0, 1))
    found = [line for line in told.splitlines() if line.strip()] if "all invariants hold" not in told else []
    found += [f"set out and did not arrive: {_where(one)}" for one in doings.mothers if not one.arrived]
    found += [f"welcomed more than once: {one.account_id}" for one in doings.joined if len(one.heard("欢迎加入")) > 2]
    return found


def _surprises(pond: Pond, doings: Doings) -> list[str]:
    """What functions logged as errors: no fault of a partner is one, nor is being killed."""
    minutes = int((time.monotonic() - doings.since) // 60) + 1
    lines = [re.split(r"\s{2,}", line) for line in pond.ctl("logs", "--worse", "--minutes", str(minutes)).splitlines()]
    found = Counter((line[1], line[3]) for line in lines if len(line) > 3 and line[2] == "ERROR")
    return [f"{function} logged an error {times} times: {said}" for (function, said), times in found.items()]


def _finish_broadcasts(pond: Pond, doings: Doings) -> list[str]:
    """Wait until every broadcast's targets were all given theirs; those that are not so in time."""
    deadline = time.monotonic() + BROADCAST_SECONDS
    while (found := broadcasting.unfinished(pond, doings)) and time.monotonic() < deadline:
        time.sleep(5)
    empty(pond)
    return found


def _where(traveller: Any) -> str:
    try:
        shown = traveller.browser.open(f"/h5/p/{traveller.programme_id}").state
    except Exception as error:
        shown = repr(error)
    return f"{traveller.mother.account_id} ({traveller.stage}), form {'done' if traveller.formed else 'open'}: {shown}"


def _orders(pond: Pond, accounts: set[str]) -> list[str]:
    """Where an order here differs from the shop's, to the fen."""
    ours = pond.asks(_ORDERS)
    found = []
    for sold in pond.control.do("GET", "/shop")["orders"]:
        if sold["account_id"] not in accounts or not sold["paid"]:
            continue
        payment, refunded, parked = ours.get(sold["tid"], (0, 0, "unknown here"))
        if (payment, refunded) != (sold["payment_fen"], sold["refunded_fen"]) or parked:
            theirs = f"{sold['payment_fen']} paid, {sold['refunded_fen']} refunded"
            found.append(f"order {sold['tid']}: the shop {theirs}; here {payment}, {refunded} {parked}")
    return found
