"""Which text messages went out and how they ended, as the vendors' receipts tell.

What always holds: a receipt is kept once and finds its text whichever of the two is written first; the first outcome
stands. No number stands here, not even as its pseudonym.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pond.kernel.ids import pseudonym
from pond.platforms import inbox, store_texts
from pond.platforms.inbox import Callback
from pond.platforms.model_sms import SmsOutcome, TextState
from pond.platforms.store_texts import NotedText


@dataclass(frozen=True)
class Text:
    """A notice that was sent; `text_id` is empty unless the vendor accepted it."""

    outcome: SmsOutcome
    text_id: str


@dataclass(frozen=True)
class Receipt:
    """A vendor's word on one message. `fields` is what it sent, for the inbox."""

    message_id: str
    phone_e164: str
    state: TextState
    reason: str
    fields: Mapping[str, object]


def note(vendor: str, message_id: str, phone_e164: str, now: datetime, reference: str | None = None) -> str:
    """Note an accepted message and answer its `text_id`; a receipt that was faster is taken into account. How one ends
    that has a `reference`, is told under it (`text.ended`)."""
    text_id = _text_id(vendor, message_id, phone_e164)
    store_texts.add(
        NotedText(
            text_id=text_id,
            accepted_at=now,
            state=TextState.ACCEPTED,
            reference=reference,
        )
    )
    early = inbox.find(_source(vendor), text_id)
    if early:
        _report(text_id, early)
    return text_id


def take(vendor: str, receipt: Receipt, now: datetime) -> tuple[bool, bool]:
    """Keep a receipt and note the outcome with its text: whether it is the first for it, and whether we know it."""
    text_id = _text_id(vendor, receipt.message_id, receipt.phone_e164)
    fields = {"state": receipt.state.value, "reason": receipt.reason, "sent": dict(receipt.fields)}
    received = inbox.receive(_source(vendor), text_id, "receipt", fields, now)
    # Also when it is not the first: the one before may have stopped between the two writes. It is the one that counts.
    kept = None if received.first else inbox.find(_source(vendor), text_id)
    if kept:
        return False, _report(text_id, kept)
    return received.first, store_texts.report(text_id, receipt.state, receipt.reason, now)


def state_of(text_id: str) -> NotedText | None:
    """How far a text has come; None when it is not known (any more: they are kept for 30 days)."""
    return store_texts.find(text_id)


def _report(text_id: str, kept: Callback) -> bool:
    state, reason = TextState(str(kept.fields["state"])), str(kept.fields["reason"])
    return store_texts.report(text_id, state, reason, kept.received_at)


def _text_id(vendor: str, message_id: str, phone_e164: str) -> str:
    return pseudonym("text", f"{vendor}/{message_id}/{phone_e164}")


def _source(vendor: str) -> str:
    return f"sms_{vendor}"
