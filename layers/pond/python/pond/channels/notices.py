"""Telling a follower something on our own account: once for each notice, by the way that is open.

A notice is claimed on the follower's row before it is sent. A custom message is never sent again after that, and
counts as told from its claim on unless WeChat says otherwise: one write a message. A template message may be sent
again, under the same id, for the ten minutes in which WeChat delivers it once; it counts as told when WeChat took it.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pond.channels import store_followers as store
from pond.channels import store_notices
from pond.channels.model import Follower, Notice, Route
from pond.kernel.errors import OutcomeUnknown, Transient
from pond.kernel.logs import count
from pond.kernel.settings import secret
from pond.platforms import official_account
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused

if TYPE_CHECKING:
    from pond.platforms.model_messages import Message

Told = Literal["told", "already", "unreachable", "unknown"]

_ROUNDS = 3
_REMEMBERED = 40  # notices kept on a follower's row
_SAME_MESSAGE = timedelta(minutes=9)  # WeChat: the same client_msg_id is delivered once within 10 minutes


def tell(
    follower_id: str,
    notice_id: str,
    text: str,
    template: Mapping[str, str] | None,
    url: str,
    now: datetime,
    seen: Follower | None = None,
    message: "Message | None" = None,
) -> Told:
    """Tell the follower, unless they were told: `text` while their window is open, else `template`, which opens `url`.
    `seen` is the follower if they were read just before; `message` is what is sent instead of `text`.

    Raises:
        Transient: WeChat is busy or did not answer; calling again is right.
        PartnerRefused: WeChat refuses for a reason that is ours; nothing was sent.
    """
    for _ in range(_ROUNDS):
        follower, seen = seen or store.load(follower_id), None
        if follower is None:
            return "unreachable"
        held = follower.notices.get(notice_id)
        if held is not None:
            return _go_on(follower, notice_id, held, template, url, now)
        if not follower.reachable:
            return "unreachable"
        route: Route = "custom" if follower.may_be_written_to(now) else "template"
        if route == "template" and not template:
            return "unreachable"
        notice = Notice("told" if route == "custom" else "claimed", route, now)
        if store_notices.claim(follower_id, notice_id, notice, _oldest(follower)):
            if route == "custom":
                return _send_custom(follower, notice_id, notice, message or text, template, url)
            return _send_template(follower, notice_id, notice, template or {}, url)
    raise Transient("notice.contended", notice_id)


def once(follower: Follower, notice_id: str, send: Callable[[], Told], now: datetime) -> Told:
    """Tell the follower by a way of the caller's own, such as a text message, unless they were told: claimed on their
    row before `send` is called, and then never sent again. `send` raises Transient if nothing was sent.

    Raises:
        Transient: as `send`; calling again is right.
    """
    notice = Notice("told", "text", now)
    if notice_id in follower.notices or not store_notices.claim(
        follower.follower_id, notice_id, notice, _oldest(follower)
    ):
        return "already"
    try:
        told = send()
    except (Transient, PartnerRefused):
        store_notices.release(follower.follower_id, notice_id, notice)
        raise
    return told if told == "told" or told == "already" else _settle(follower, notice_id, notice, told)


def note(follower: Follower, notice_id: str, now: datetime) -> None:
    """Note that staff are asked to tell the follower: it counts among what they were told. Again, nothing changes."""
    store_notices.claim(follower.follower_id, notice_id, Notice("told", "staff", now), _oldest(follower))


def _go_on(
    follower: Follower, notice_id: str, held: Notice, template: Mapping[str, str] | None, url: str, now: datetime
) -> Told:
    """What an earlier call left: most often, that they were told."""
    match held.state:
        case "told":
            return "already"
        case "unreachable":
            return "unreachable"
    if held.route == "template" and template and now - held.at < _SAME_MESSAGE:
        return _send_template(follower, notice_id, held, template, url)
    return "unknown"


def _send_custom(
    follower: Follower,
    notice_id: str,
    notice: Notice,
    said: "str | Message",
    template: Mapping[str, str] | None,
    url: str,
) -> Told:
    try:
        if isinstance(said, str):
            official_account.send_text(follower.openid, said)
        else:
            from pond.platforms import official_sending  # here: most functions only ever send text

            official_sending.send(follower.openid, said)
    except PartnerBusy:
        store_notices.release(follower.follower_id, notice_id, notice)
        raise
    except OutcomeUnknown:
        return _settle(follower, notice_id, notice, "unknown")
    except PartnerRefused as error:
        if error.meaning is Meaning.OUTSIDE_WINDOW and template:
            store_notices.reroute(follower.follower_id, notice_id, notice.at)
            return _send_template(follower, notice_id, Notice("claimed", "template", notice.at), template, url)
        return _refused(follower, notice_id, notice, error)
    count("NoticeTold")
    return "told"


def _send_template(follower: Follower, notice_id: str, notice: Notice, template: Mapping[str, str], url: str) -> Told:
    template_id = secret("official-account")["notice_template_id"]
    client_msg_id = hashlib.sha256(f"{notice_id}/{follower.follower_id}".encode()).hexdigest()[:32]
    try:
        official_account.send_template(follower.openid, template_id, dict(template), url, client_msg_id)
    except PartnerBusy as error:
        if error.errcode and not 500 <= error.errcode < 600:  # an answer: it was not sent
            store_notices.release(follower.follower_id, notice_id, notice)
        raise
    except OutcomeUnknown as error:
        raise Transient("notice.unanswered", notice_id) from error
    except PartnerRefused as error:
        return _refused(follower, notice_id, notice, error)
    return _settle(follower, notice_id, notice, "told")


def _refused(follower: Follower, notice_id: str, notice: Notice, error: PartnerRefused) -> Told:
    if error.meaning not in (Meaning.UNREACHABLE, Meaning.OUTSIDE_WINDOW):
        store_notices.release(follower.follower_id, notice_id, notice)
        raise error
    if error.meaning is Meaning.UNREACHABLE:
        store.raise_unreachable(follower.follower_id, notice.at)
    return _settle(follower, notice_id, notice, "unreachable")


def _settle(
    follower: Follower, notice_id: str, notice: Notice, state: Literal["told", "unknown", "unreachable"]
) -> Told:
    store_notices.settle(follower.follower_id, notice_id, Notice(state, notice.route, notice.at))
    count(f"Notice{state.capitalize()}")
    return state


def _oldest(follower: Follower) -> list[str]:
    """The notices to forget, so that with one more the row keeps to its size."""
    oldest_first = sorted(follower.notices, key=lambda name: follower.notices[name].at)
    return oldest_first[: max(0, len(oldest_first) + 1 - _REMEMBERED)]
