"""Broadcasts by text message. Vendors send approved templates only, so a piece of content for this route is called like
its template, and its body gives the template's parameters: a line `name: value` each.
"""

from datetime import datetime

from pond.broadcasts.caps import NOTICE
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import SENT
from pond.channels import notices
from pond.channels.model import Follower
from pond.kernel.errors import Permanent, Transient
from pond.members.directory import Contact
from pond.platforms import sms_notices
from pond.platforms.model_sms import SmsOutcome

_TOLD: dict[SmsOutcome, notices.Told] = {SmsOutcome.ACCEPTED: "told", SmsOutcome.UNKNOWN: "unknown"}
_MARKS = {"told": SENT, "already": SENT, "unknown": "?"}


def text(
    broadcast: Broadcast,
    template: str,
    follower: Follower,
    contact: Contact | None,
    words: str,
    now: datetime,
    reference: str,
) -> str:
    """Text one member, unless they were; the mark. The receipt comes under the reference.

    Raises:
        Transient: the vendor is busy; nothing was sent.
    """
    if contact is None:
        return "X"

    def send() -> notices.Told:
        sent = sms_notices.send(contact.phone, template, parameters(words), reference, now)
        if sent.outcome is SmsOutcome.QUIET:
            raise Transient("broadcast.sms_quiet", "carriers take no marketing at this hour")
        return _TOLD.get(sent.outcome, "unreachable")

    return _MARKS.get(notices.once(follower, NOTICE + broadcast.broadcast_id, send, now), "X")


def parameters(words: str) -> dict[str, str]:
    """The template's parameters that a piece gives.

    Raises:
        Permanent: `broadcast.sms`: a line is no `name: value`.
    """
    lines = [line.partition(":") for line in words.splitlines() if line.strip()]
    if not all(colon for _name, colon, _value in lines):
        raise Permanent("broadcast.sms", "a line of the text is no `name: value`")
    return {name.strip(): value.strip() for name, _colon, value in lines}
