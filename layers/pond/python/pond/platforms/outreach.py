"""Reaching somebody after an order, by text or by an automatic call: one interface, whichever vendor is behind it.

What always holds: one person is asked for once per call of `reach`; nothing is retried here, and what may have happened
is UNKNOWN. The call vendors' interfaces differ in names only (callees are imported into a campaign that was made in
the vendor's console); the names here are those of the generic one, for an adapter to map.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pond.kernel import clock
from pond.kernel.errors import OutcomeUnknown
from pond.kernel.settings import secret, settings
from pond.platforms import http, sms_notices
from pond.platforms.calls import misconfigured
from pond.platforms.errors import PartnerBusy
from pond.platforms.model_sms import SmsOutcome

PARTNER = "calls"
TEMPLATE = "outreach"  # the name of the approved template in the secret `sms`: notice_templates
Route = Literal["sms", "call"]
_BUSY, _CONFIGURATION = ("busy", "limited"), ("signature", "campaign", "balance")


class Reached(StrEnum):
    """What became of asking for it. `accepted`: by the vendor; whether the person answers is not known by it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # this number, for good: none, on the vendor's own list
    UNKNOWN = "unknown"  # it may have been taken


_TEXTED = {SmsOutcome.ACCEPTED: Reached.ACCEPTED, SmsOutcome.UNKNOWN: Reached.UNKNOWN}


@dataclass(frozen=True)
class Asked:
    """What became of it, and for a text that was accepted by which id its receipt is found (`texts.state_of`)."""

    reached: Reached
    text_id: str = ""


def reach(route: Route, phone_e164: str, out_id: str, now: datetime) -> Asked:
    """Have somebody reached on a route; `out_id` (no personal data) comes back in the vendor's records.

    Raises:
        PartnerBusy: nothing was taken; later.
        Permanent: `sms.template`, `sms.parameters` when no template `outreach` without parameters is approved.
    """
    return Asked(_call(phone_e164, out_id)) if route == "call" else _text(phone_e164, out_id, now)


def _text(phone_e164: str, out_id: str, now: datetime) -> Asked:
    sent = sms_notices.send(phone_e164, TEMPLATE, {}, out_id, now)
    if sent.outcome in (SmsOutcome.LIMITED, SmsOutcome.QUIET):
        raise PartnerBusy(f"sms_{settings().sms_vendor}", 0, sent.outcome)
    return Asked(_TEXTED.get(sent.outcome, Reached.REFUSED), sent.text_id)


def _call(phone_e164: str, out_id: str) -> Reached:
    account = secret("calls")
    callee = {"phone": phone_e164.removeprefix("+86"), "out_id": out_id, "variables": {}}
    body = http.encode_json({"task_id": account["campaign_id"], "callees": [callee]})
    timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(8)
    try:
        reply = http.send(
            PARTNER,
            "POST",
            f"{settings().calls_url}/callees",
            body=body,
            headers={
                "Content-Type": "application/json",
                "X-Key": account["key"],
                "X-Timestamp": timestamp,
                "X-Nonce": nonce,
                "X-Sign": signature(account["secret"], timestamp, nonce, body),
            },
            idempotent=False,
        )
    except OutcomeUnknown:
        return Reached.UNKNOWN
    return _reached(reply.data, out_id)


def signature(key: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over time, nonce and the exact bytes of the body."""
    return hmac.new(key.encode(), f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()


def _reached(answer: dict[str, Any], out_id: str) -> Reached:
    code = str(answer.get("code"))
    if code in _BUSY:
        raise PartnerBusy(PARTNER, 0, code)
    if code in _CONFIGURATION:
        misconfigured(PARTNER, code)
        raise PartnerBusy(PARTNER, 0, code)
    if code != "0":
        return Reached.REFUSED
    rejected = {str(row.get("out_id")): str(row.get("reason")) for row in answer.get("rejected") or []}
    # A callee that is there already was taken by an earlier request of ours.
    return Reached.ACCEPTED if rejected.get(out_id, "duplicate") == "duplicate" else Reached.REFUSED
