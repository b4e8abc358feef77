"""Twenty thousand orders come back from the shop: pushes shuffled and repeated, taken by several processes at once.

`python -m load.orders` (make bench-orders) prints rates, what a push costs, how late it is answered, and whether the
sums and the ledger are what a recount of the sales says. No look-up is made of the shop: all pushes come.
"""

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

from load import measured
from load.along import mapped, say
from load.hush import hush
from load.units import Units, counting
from pond.kernel import clock
from pond.kernel.aws import client
from pond.kernel.clock import china_day
from pond.kernel.settings import forget
from pond.orders import invariants, store_ledger, sums
from pond.orders.events import OrderChanged
from support import market
from support import template as templates
from support.cloud import running
from support.market import Buyer, Post, knock, received, work
from support.shop import CREATED, Pushed, Sale

BATCH = 10  # as the queue's mapping is set
REPEATED = 10  # every so many pushes one comes twice
MEMBERS = 0.85  # of the orders are a member's
DAYS = 30
Figure = tuple[int, int, int, int]  # orders, revenue, refunds, returned, as `model_sums.Figures` has them
Recount = dict[tuple[str, str, str], Figure]  # by dimension, name, day


@dataclass
class Result:
    """What a run came to."""

    orders: int
    pushes: int = 0
    acked: int = 0
    given_up: int = 0
    acks: list[float] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    units: dict[str, Units] = field(default_factory=lambda: defaultdict(Units))
    breaches: list[str] = field(default_factory=list)
    off: list[str] = field(default_factory=list)  # sums that are not what the recount says
    booked_fen: int = 0
    due_fen: int = 0
    asked: int = 0


@dataclass(frozen=True)
class Sold:
    """A sale, its buyer, and whether they are a member."""

    sale: Sale
    buyer: Buyer
    known: bool


def begin() -> None:
    """Prepare a worker's process: no logs among the tables, functions imported."""
    hush()
    for name in ("youzan", "order_worker"):
        market.function(name)


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, started and warm, with the queues that they send to."""
    sqs, prefix = client("sqs"), os.environ["POND_PREFIX"]
    for name, variable in (("orders", "POND_ORDER_QUEUE_URL"), ("order-dead", "POND_DEAD_LETTER_QUEUE_URL")):
        os.environ.setdefault(variable, sqs.create_queue(QueueName=f"{prefix}-{name}")["QueueUrl"])
    forget()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=begin) as pool:
        list(pool.map(time.sleep, [0.5] * count * 2))
        yield pool


def register(buyers: Sequence[Buyer]) -> None:
    """Make them members, with seats."""
    for one in buyers:
        one.register()


def acknowledge(bodies: Sequence[bytes]) -> tuple[list[float], int, Units]:
    """Deliver pushes to the webhook: how long each answer took, how many were good, and what it cost."""
    seconds, good = [], 0
    with counting() as units:
        for body in bodies:
            began = time.perf_counter()
            good += knock(body)[0] == 200
            seconds.append(time.perf_counter() - began)
    return seconds, good, units


def take(bodies: Sequence[bytes]) -> tuple[int, Units]:
    """Let the worker take pushes, batch by batch: how many were given up, and what it cost."""
    with counting() as units:
        lost = sum(work(map(received, some)) for some in batched(bodies, BATCH, strict=False))
    return lost, units


def count(tids: Sequence[str]) -> tuple[int, Units]:
    """Let the worker count orders that changed: how many were given up, and what it cost."""
    events = [OrderChanged(tid=tid, revision=1) for tid in tids]
    with counting() as units:
        lost = sum(
            work({"detail-type": one.name, "detail": one.detail()} for one in some)
            for some in batched(events, BATCH, strict=False)
        )
    return lost, units


def prepare(pool: ProcessPoolExecutor, orders: int, seed: int) -> list[Sold]:
    """Members in groups that volunteers serve, and sales of theirs and of others."""
    chance, programme_id = random.Random(seed), market.apply_programme(clock.now())
    members = [market.buyer(programme_id) for _ in range(max(2, orders // 20))]
    for one in members[len(members) // 4 :]:
        one.chat_id = members[chance.randrange(len(members) // 4 + 1)].chat_id
    list(mapped(pool, register, list(batched(members, 25, strict=False)), "members"))
    found = []
    for _ in range(orders):
        known = chance.random() < MEMBERS
        buyer = chance.choice(members) if known else stranger(programme_id, chance)
        found.append(Sold(life(buyer, chance), buyer, known))
    return found


def stranger(programme_id: str, chance: random.Random) -> Buyer:
    """Somebody nobody knows."""
    salt = f"{chance.getrandbits(64):016x}"
    phone = f"137{chance.randrange(10**8):08}"
    return Buyer(programme_id, "", f"o-{salt}", f"u-{salt}", phone, f"yz-{salt}")


def life(buyer: Buyer, chance: random.Random) -> Sale:
    """A sale with 3 to 6 pushes."""
    sale = buyer.buys(*(chance.randrange(100, 30_000) for _ in range(chance.randint(1, 3))), post_fen=800)
    start = CREATED + timedelta(days=chance.randrange(DAYS), seconds=chance.randrange(80_000))
    sale.steps.append(("WAIT_BUYER_PAY", start))
    sale.went("TRADE_PAID")
    way = chance.randrange(4)
    if way == 0:
        sale.virtual = True
        return sale.went("TRADE_SUCCESS")
    sale.went("WAIT_SELLER_SEND_GOODS")
    if way == 1:
        return sale.went("WAIT_BUYER_CONFIRM_GOODS", "TRADE_SUCCESS")
    for number in range(chance.randrange(3)):
        oid, fen = chance.choice(sale.items)
        part = chance.randrange(1, fen // 2)
        if sum(done for _, done, of in sale.refunds if of == oid) + part <= fen:
            sale.refunds.append((f"R{number}-{sale.tid}", part, oid))
    return sale


def pushes(sold: Sold) -> list[Pushed]:
    """What comes of a sale: of each refund both sets' last messages, or one of them."""
    found = [one for one in sold.sale.pushes() if "efund" not in one.type]
    for refund in sold.sale.refunds:
        done = sold.sale.refund_pushes(*refund)[3:]
        found += done if len(found) < 5 else done[:1]
    return found


def run(pool: ProcessPoolExecutor, orders: int, seed: int = 1) -> Result:
    """Let so many orders come."""
    result, chance = Result(orders), random.Random(seed)
    sold = prepare(pool, orders, seed)
    bodies = [Post(one, f"{number}").body for number, one in enumerate(push for it in sold for push in pushes(it))]
    bodies += chance.sample(bodies, len(bodies) // REPEATED)
    chance.shuffle(bodies)
    result.pushes = len(bodies)
    began = time.perf_counter()
    for seconds, good, units in mapped(pool, acknowledge, list(batched(bodies, 50, strict=False)), "answered"):
        result.acks += seconds
        result.acked += good
        result.units["ack"].add(units)
    result.seconds["ack"] = time.perf_counter() - began
    began = time.perf_counter()
    for lost, units in mapped(pool, take, list(batched(bodies, 5 * BATCH, strict=False)), "taken"):
        result.given_up += lost
        result.units["take"].add(units)
    result.seconds["take"] = time.perf_counter() - began
    tids = [one.sale.tid for one in sold]
    tids += chance.sample(tids, len(tids) // REPEATED)
    began = time.perf_counter()
    for lost, units in mapped(pool, count, list(batched(tids, 5 * BATCH, strict=False)), "counted"):
        result.given_up += lost
        result.units["count"].add(units)
    result.seconds["count"] = time.perf_counter() - began
    say("recounting")
    _judge(sold, result)
    return result


def _judge(sold: Sequence[Sold], result: Result) -> None:
    ours = {one.sale.tid for one in sold}
    result.breaches = [f"{one.about}: {one.what}" for one in invariants.check() if one.about in ours]
    result.booked_fen = sum(one.amount_fen for one in store_ledger.everyone() if one.tid in ours)
    result.due_fen = sum(_due(one) for one in sold)
    since, until = china_day(CREATED), china_day(CREATED + timedelta(days=DAYS + 2))
    wanted = recount(sold)
    for dimension, name in sorted({key[:2] for key in wanted}):
        shown = sums.report(dimension, name, since, until).by_day
        days = {day: figures for (kind, of, day), figures in wanted.items() if (kind, of) == (dimension, name)}
        for day in sorted(days.keys() | shown.keys()):
            got = shown.get(day)
            is_ = (got.orders, got.revenue_fen, got.refunds_fen, got.returned_fen) if got else (0, 0, 0, 0)
            if is_ != days.get(day, (0, 0, 0, 0)):
                result.off.append(f"{dimension} {name} {day}: {is_}, recounted {days.get(day)}")


def recount(sold: Sequence[Sold]) -> Recount:
    """The sums by the sales themselves, without any of the code that keeps them."""
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for one in sold:
        sale, back = one.sale, sum(fen for _, fen, _ in one.sale.refunds)
        paid_on = _day(sale.steps[1][1])
        refunded_on = _day(sale.steps[-1][1] + timedelta(hours=1))
        names = [("all", "")]
        if one.known:
            names += [
                ("programme", one.buyer.programme_id),
                ("group", one.buyer.chat_id),
                ("volunteer", f"v-{one.buyer.chat_id.removeprefix('chat-')}"),
                ("channel", "poster"),
            ]
        for dimension, name in names:
            found[dimension, name, paid_on] += Counter(orders=1, revenue=sale.payment_fen, returned=back)
            found[dimension, name, refunded_on] += Counter(refunds=back)
    return {key: (it["orders"], it["revenue"], it["refunds"], it["returned"]) for key, it in found.items() if +it}


def _due(one: Sold) -> int:
    """A tenth of what is kept of a member's goods, half a fen rounded up."""
    kept = sum(fen for _, fen in one.sale.items) - sum(fen for _, fen, _ in one.sale.refunds)
    return (kept + 5) // 10 if one.known else 0


def _day(at: datetime) -> str:
    day: date = china_day(at)
    return day.isoformat()


def table(result: Result) -> str:
    """What a run came to, line by line."""
    cuts = statistics.quantiles(result.acks, n=100)
    lines = [
        ("orders, pushes (with repeated)", f"{result.orders:,}, {result.pushes:,}"),
        ("pushes answered a second", f"{result.pushes / result.seconds['ack']:,.0f}"),
        ("an answer, p50 / p99 ms", f"{cuts[49] * 1000:.0f} / {cuts[98] * 1000:.0f}"),
        ("pushes taken a second", f"{result.pushes / result.seconds['take']:,.0f}"),
        ("orders taken a second", f"{result.orders / result.seconds['take']:,.0f}"),
        ("orders counted a second", f"{result.orders / result.seconds['count']:,.0f}"),
        *(
            (
                f"units a push, {step}: write / read",
                f"{result.units[step].written / result.pushes:.2f} / {result.units[step].read / result.pushes:.2f}",
            )
            for step in ("ack", "take")
        ),
        (
            "units an order, sums: write / read",
            f"{result.units['count'].written / result.orders:.2f} / {result.units['count'].read / result.orders:.2f}",
        ),
        ("booked, due by recount (fen)", f"{result.booked_fen:,}, {result.due_fen:,}"),
        ("sums not as recounted", f"{len(result.off)}"),
        ("invariants broken", f"{len(result.breaches)}"),
        ("given up", f"{result.given_up}"),
    ]
    return "\n".join(f"{name:<40}{value:>24}" for name, value in lines)


def verdict(result: Result) -> dict[str, bool]:
    """What must hold, and whether it does."""
    return {
        "every push was answered": result.acked == result.pushes,
        "nothing was given up": result.given_up == 0,
        "the ledger balances for each order": not result.breaches,
        "what was booked is what is due": result.booked_fen == result.due_fen,
        "the sums are what a recount says": not result.off,
    }


def usage(result: Result, workers: int) -> dict[str, Any]:
    """What the orders used, for infra/costs.py. The worker's time is all its processes' together: an upper bound."""
    changed = result.orders + result.orders // REPEATED
    batches = -(-result.pushes // BATCH) - (-changed // BATCH)
    took = (result.seconds["take"] + result.seconds["count"]) * workers
    found = {templates.name_of(one): one for one in templates.functions(templates.read()).values()}
    return {
        "people": result.orders,
        "write_units": sum(units.written for units in result.units.values()),
        "read_units": sum(units.read for units in result.units.values()),
        "api_requests": result.pushes,
        "queue_messages": result.pushes + changed,
        "events": result.pushes + changed,
        "functions": {
            "youzan": {"invocations": result.pushes, "milliseconds": sum(result.acks) * 1000},
            "order_worker": {"invocations": batches, "milliseconds": took * 1000},
        },
        "memory_mb": {name: found[name].get("MemorySize", 512) for name in ("youzan", "order_worker")},
    }


def main() -> int:
    """Run and print; fails when something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=4)
    measured.add_to(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)), workers(given.workers) as pool:
        result = run(pool, given.orders)
    print(f"{given.workers} workers, batches of {BATCH}; every {REPEATED}th push comes twice; shuffled\n")
    print(table(result))
    measured.keep(given.json, usage(result, given.workers))
    wrong = [what for what, holds in verdict(result).items() if not holds]
    print("\n".join([*(f"NOT TRUE: {what}" for what in wrong), *result.breaches[:5], *result.off[:5]]))
    print("" if wrong else "all that must hold holds")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
