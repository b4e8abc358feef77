"""`orders`: one with its history, what could not be taken of them, and asking the shop."""

import argparse
from datetime import datetime
from typing import Any

from pond.kernel.errors import NotFound
from pond.orders import changing, history, lookups, parking, reading, reconciliation
from pond.orders.history import History
from pond.orders.model_money import yuan
from pond.orders.model_order import DONE
from pondctl import money
from pondctl.output import china, table


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("orders", help="what members bought").add_subparsers(metavar="ACTION", required=True)
    for verb, run, what in (
        ("show", run_show, "an order with the pushes kept of it, whom it counts for and its entries in the ledger"),
        ("look", run_look, "ask the shop for it now, and take what it says"),
        ("rematch", run_rematch, "look for its buyer again, here and at the shop; who was found stays"),
        ("dismiss", run_dismiss, "leave what was parked of it as it is: somebody looked at it"),
    ):
        action = actions.add_parser(verb, help=what)
        action.add_argument("tid", metavar="TID")
        action.set_defaults(run=run)
    parked = actions.add_parser("parked", help="the orders that a person must look at, and why")
    parked.set_defaults(run=run_parked)
    retry = actions.add_parser("retry", help="take again what was parked, of these orders or of all")
    retry.add_argument("tids", nargs="*", metavar="TID")
    retry.set_defaults(run=run_retry)
    money.add_actions(actions)
    actions.add_parser("reconcile", help="compare with the shop what changed since the last time").set_defaults(
        run=run_reconcile
    )


def run_show(given: argparse.Namespace, now: datetime) -> int:
    """Everything known of an order."""
    found = history.of(given.tid)
    if found is None:
        raise NotFound("order.unknown", given.tid)
    table(("order", found.stored.tid), _facts(found), "")
    items = found.stored.order.kept_items
    print()
    table(
        ("item", "title", "paid", "kept"),
        ((it.oid, it.title, yuan(it.payment_fen), yuan(kept)) for it, kept in items),
        "no items known, or not paid",
    )
    print()
    table(
        ("entry", "kind", "for", "amount", "month", "at (China)"),
        (
            (one.entry_id[-4:], one.kind, one.person_id, yuan(one.amount_fen), one.month, china(one.at))
            for one in found.entries
        ),
        "nothing booked",
    )
    print()
    table(
        ("reached by", "how it stands", "since (China)", "vendor's word"),
        ((one.route, one.state, china(one.changed_at), one.reason or "") for one in found.tasks),
        "nobody was to be reached for it",
    )
    print()
    table(
        ("push", "received (China)", "type", "version"),
        ((one.callback_id, china(one.received_at), one.kind, one.version) for one in found.pushes),
        "no pushes kept (they are for 14 days)",
    )
    return 0


def run_look(given: argparse.Namespace, now: datetime) -> int:
    """Ask the shop now."""
    print(f"{given.tid}: {lookups.look(given.tid, now, anyway=True)}")
    return 0


def run_rematch(given: argparse.Namespace, now: datetime) -> int:
    """Look for the buyer, and ask the shop who that is where nobody here is known."""
    stored = reading.get(given.tid)
    if stored is None:
        raise NotFound("order.unknown", given.tid)
    if changing.look_again(given.tid, now).after.unmatched:
        lookups.look(given.tid, now, anyway=True)
    stored = reading.get(given.tid)
    print(f"{given.tid}: {stored.member_id if stored and stored.member_id else 'nobody known'}")
    return 0


def run_parked(given: argparse.Namespace, now: datetime) -> int:
    """List what could not be taken."""
    rows = (
        (one.tid, parked.code, china(parked.at), parked.source) for one in parking.listed() for parked in one.parked
    )
    overdrawn = ((one.tid, one.parked_reason, "", "") for one in parking.listed() if not one.parked)
    table(("order", "reason", "since (China)", "push"), [*rows, *overdrawn], "nothing is parked")
    return 0


def run_retry(given: argparse.Namespace, now: datetime) -> int:
    """Take it again; 1 when some is still parked."""
    tids = given.tids or [one.tid for one in parking.listed()]
    still = 0
    for tid in tids:
        retried = parking.retry(tid, now)
        still += bool(retried.reason)
        print(f"{tid}: {f'still parked: {retried.reason}' if retried.reason else 'taken'}")
    return 1 if still else 0


def run_dismiss(given: argparse.Namespace, now: datetime) -> int:
    """Parked no longer."""
    parking.dismiss(given.tid, now)
    print(f"{given.tid}: dismissed")
    return 0


def run_reconcile(given: argparse.Namespace, now: datetime) -> int:
    """Compare slice by slice until there is nothing left."""
    total, more = 0, True
    while more:
        changed, more = reconciliation.reconcile(now)
        total += changed
    print(f"orders changed: {total}")
    return 0


def _facts(found: History) -> list[tuple[str, str]]:
    stored, counts = found.stored, found.stored.attribution
    order = stored.order
    facts = [
        ("status", order.status or "not told"),
        ("paid (China)", china(order.paid_at)),
        ("payment", yuan(order.payment_fen)),
        ("refunded", yuan(order.refunded_fen)),
        ("refunds", " ".join(f"{one.refund_id}:{'done' if one.state == DONE else 'open'}" for one in order.refunds)),
        ("member", stored.member_id or "nobody known"),
        ("booked", f"{yuan(stored.booked_fen)} in {stored.booked_count}"),
        ("to ask", " ".join(stored.to_ask)),
        ("parked", stored.parked_reason),
        ("revision", f"{stored.revision}, {china(stored.changed_at)}"),
    ]
    if counts:
        facts += [
            ("programme", counts.programme_id),
            ("group", counts.chat_id or ""),
            ("volunteer", counts.volunteer_id or ""),
            ("channel", counts.channel_id or ""),
            ("earner", f"{counts.earner_id or ''} {counts.earner_role or ''}".strip()),
            ("reason", f"{counts.reason}, rules {counts.rules_version}"),
        ]
    return [(name, value) for name, value in facts if value]
