"""Asking the shop for what no push told: the detail, when it was paid, refunds, and who the buyer is.

What always holds: nobody asks sooner than 30 seconds after a push, since details lag; a busy shop is asked again after
the documented waits and then no more until the night. What the answer says is taken as a push is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pond.kernel import queues
from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count, logger
from pond.kernel.settings import settings
from pond.orders import changing, store_orders
from pond.orders.changing import Changed
from pond.orders.model_order import Push
from pond.orders.model_pushes import read_detail, read_phone, read_refund
from pond.orders.model_stored import SHOP, Ids
from pond.platforms import youzan
from pond.platforms.errors import PartnerBusy
from pond.platforms.youzan import DETAIL_LAG
from pond.platforms.youzan_calls import wait_before

DUE = "order.due"  # a message, no event: {tid, attempt}
GIVE_UP = timedelta(days=7)  # so long the shop may not know an order that it pushed
_MARGIN_SECONDS = 5
_NOT_FOUND = "order.not_found"
Outcome = Literal["nothing", "changed", "same", "later", "parked"]


def after(changed: Changed) -> None:
    """Have the shop asked later, if this change left something to ask; repeated, it is asked again."""
    wanted = changed.after.to_ask
    if wanted and not (changed.written and changed.before and wanted == changed.before.to_ask):
        plan([changed.after.tid])


def plan(tids: Iterable[str]) -> int:
    """Have the shop asked about these orders; how many."""
    asked = list(tids)
    for tid in asked:
        _send(tid, 1, _lag())
    return len(asked)


def plan_missing() -> int:
    """Have the shop asked again about every order that still lacks something; how many."""
    return plan(store_orders.listed("to_ask"))


def take(detail: dict[str, Any], now: datetime) -> Outcome:
    """Ask, as a message of `plan` says."""
    tid, attempt = str(detail["tid"]), int(detail["attempt"])
    try:
        outcome = look(tid, now)
    except PartnerBusy as busy:
        logger.info("shop busy", extra={"tid": tid, "attempt": attempt, "code": busy.code})
        outcome, lag = "later", 0
    else:
        lag = _lag()
    if outcome == "later":
        wait = wait_before(attempt + 1)
        if wait is None:
            count("LookupGivenUp")  # until the night
        else:
            _send(tid, attempt + 1, max(wait, lag))
    return outcome


def look(tid: str, now: datetime, *, anyway: bool = False) -> Outcome:
    """Ask the shop for what an order lacks and take the answer; `anyway`: also when it lacks nothing.

    Raises:
        PartnerBusy, PartnerRefused: as the call does.
    """
    stored = store_orders.find(tid)
    if not anyway and (stored is None or not stored.to_ask):
        return "nothing"
    detail = youzan.order(tid)
    if detail is None:
        if stored and stored.first_seen_at and now > stored.first_seen_at + GIVE_UP:
            changing.park(tid, SHOP, _NOT_FOUND, now)
            return "parked"
        return "later"
    return take_detail(tid, detail, now, ask_buyer=anyway or (stored is not None and "buyer" in stored.to_ask))


def take_detail(tid: str, detail: dict[str, Any], now: datetime, *, ask_buyer: bool = False) -> Outcome:
    """Take a detail as the shop shows it, with the refunds it tells of.

    Raises:
        PartnerBusy, PartnerRefused: as the calls for refunds and buyer do.
    """
    try:
        push = read_detail(detail)
        changed = changing.told([push, *_refunds(push)], now, source=SHOP)
    except Refused as refusal:
        parked = changing.park(tid, SHOP, refusal.code, now)
        logger.warning("detail parked", extra={"tid": tid, "code": refusal.code, "reason": refusal.message})
        return "parked" if parked.written else "same"
    stored = changed.after
    if stored.unmatched and (ask_buyer or stored.asked_at is None) and push.buyer.yz_open_id:
        learnt = _ask_buyer(push.buyer.yz_open_id.value)
        changed = changing.change(tid, lambda held: replace(held, learnt=learnt, asked_at=now), now)
    return "changed" if changed.written else "same"


def _refunds(push: Push) -> Iterator[Push]:
    """The order's refunds, if its detail says that there are any: a second partial one shows nowhere else."""
    closed_after_payment = push.status == "TRADE_CLOSED" and push.pay_time is not None
    if push.detail and (push.detail.refund_state or closed_after_payment):
        yield from (read_refund(refund) for refund in youzan.refunds(push.tid))


def _ask_buyer(yz_open_id: str) -> Ids:
    """Who the buyer is elsewhere, as far as the shop knows, as pseudonyms."""
    users = youzan.users(yz_open_id=yz_open_id)

    def first(kind: str, values: Iterable[str | None]) -> str | None:
        value = next((one for one in values if one), None)
        return pseudonym(kind, value) if value else None

    return Ids(
        openid=first("openid", (user.openid for user in users)),
        phone=first("phone", (read_phone(user.mobile or "") for user in users)),
        account=first("unionid", (user.unionid for user in users)),
    )


def _lag() -> int:
    return int(DETAIL_LAG.total_seconds()) + _MARGIN_SECONDS


def _send(tid: str, attempt: int, delay_seconds: int) -> None:
    message = {"detail-type": DUE, "detail": {"tid": tid, "attempt": attempt}}
    queues.send(settings().order_queue_url, [message], delay_seconds)
