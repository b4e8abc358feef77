"""The shop's pushes: proven on the raw bytes, kept once, answered. What follows is a worker's.

What always holds: the same push, from whichever shop of a chain and however often, is one row. What only tries the
address (`test`) is answered and not kept.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime

from pond.kernel.settings import secret, settings
from pond.platforms import inbox
from pond.platforms.inbox import Received
from pond.platforms.youzan_calls import PARTNER
from pond.platforms.youzan_pushes import App, Push
from pond.platforms.youzan_pushes import receive as open_push

DONE = '{"code":0,"msg":"success"}'  # Youzan looks for the word
SOURCE = PARTNER
_KIND_MAX = 64
_VERSIONED = ("trade_", "youzan_trade_")


def receive(event_sign: str | None, body: bytes, now: datetime) -> Received | None:
    """Keep a push if it is new; None: it was the console's test.

    Raises:
        Refused: what `youzan_pushes.receive` refuses; nothing is kept then.
    """
    push = open_push(body, event_sign, _app())
    if push.test:
        return None
    return inbox.receive(SOURCE, key(push), push.type[:_KIND_MAX], asdict(push), now, subject=push.id)


def key(push: Push) -> str:
    """What makes a push the same: its business key, where it has one; else its own id, else all it says."""
    if push.id and push.version and push.type.startswith(_VERSIONED):
        return push.business_key
    if push.msg_id:
        return json.dumps(["msg_id", push.msg_id])
    return hashlib.sha256(json.dumps(asdict(push), sort_keys=True).encode()).hexdigest()


def _app() -> App:
    held = secret(PARTNER)
    shops = {int(one) for one in (str(held["kdt_id"]), *str(held.get("shops") or "").split(",")) if one.strip()}
    return App(held["client_id"], held["client_secret"], shops, settings().youzan_body_sign == "true")
