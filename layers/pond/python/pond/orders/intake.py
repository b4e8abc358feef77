"""A kept push of the shop, taken into its order; what it leaves out is asked of the shop later.

What always holds: a push that makes no sense, or would give back more than there is, changes nothing of the order: it
is parked with its reason. Taking one again changes nothing.
"""

from datetime import datetime
from typing import Literal

from pond.kernel.errors import Permanent, Refused
from pond.kernel.logs import count, logger
from pond.orders import changing, lookups
from pond.orders.model_order import Push
from pond.orders.model_pushes import read_push
from pond.platforms import inbox
from pond.platforms.inbox import Callback

Outcome = Literal["changed", "same", "parked", "ignored"]


def take(callback_id: str, now: datetime) -> Outcome:
    """Take a push.

    Raises:
        Permanent: `order.nameless`: it makes no sense and does not even say which order it is about.
        Transient: others wrote the order at the same moment; again later.
        NotFound: `callback.not_found`: its days are over.
    """
    callback = inbox.load(callback_id)
    try:
        push = _read(callback)
        if push is None:
            count("PushIgnored")
            return "ignored"
        changed = changing.told([push], now, source=callback_id)
    except Refused as refusal:
        tid = str(callback.fields.get("id") or "")
        if not tid:
            raise Permanent("order.nameless", refusal.code) from refusal
        return _parked(tid, callback_id, refusal, now)
    lookups.after(changed)
    return "changed" if changed.written else "same"


def _read(callback: Callback) -> Push | None:
    fields = callback.fields
    msg = fields["msg"]
    assert isinstance(msg, dict)  # as it was kept
    return read_push(str(fields["type"]), str(fields["id"]), str(fields["status"]), int(str(fields["version"])), msg)


def _parked(tid: str, source: str, refusal: Refused, now: datetime) -> Outcome:
    changed = changing.park(tid, source, refusal.code, now)
    if changed.written:
        count("PushParked")
        logger.warning("push parked", extra={"tid": tid, "code": refusal.code, "reason": refusal.message})
    lookups.after(changed)
    return "parked"
