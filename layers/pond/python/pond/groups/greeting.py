"""Welcomes: through WeCom's 20-second welcome code to who added a member of staff, through the account to who
took a seat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pond.channels import notices
from pond.groups import store
from pond.groups.events import SeatTaken
from pond.kernel.errors import OutcomeUnknown
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count
from pond.kernel.settings import settings
from pond.members import identities, registrations
from pond.members.events import RegistrationDecided
from pond.platforms import wecom
from pond.programmes import service as programmes
from pond.programmes.model import Programme, page_path
from pond.programmes.model_texts import fill


@dataclass(frozen=True)
class Welcome:
    """What is sent with a welcome code: a text, and a card that leads to the person's page."""

    text: str
    link_title: str
    link_url: str


def greet_contact(fields: Mapping[str, Any]) -> str:
    """Answer a welcome code (WeCom: lives 20 s, once). A repeated event finds it used, which is fine. Returns
    the outcome."""
    contact = wecom.external_contact(str(fields["ExternalUserID"]))
    welcome = _welcome_for(pseudonym("unionid", contact.unionid) if contact.unionid else None)
    link = {"title": welcome.link_title, "url": welcome.link_url}
    code, attachments = str(fields["WelcomeCode"]), [{"msgtype": "link", "link": link}]
    try:
        outcome = wecom.send_welcome(code, welcome.text, attachments)
    except OutcomeUnknown:
        # The code itself keeps a second welcome from being sent: asking again tells what became of the first.
        outcome = wecom.send_welcome(code, welcome.text, attachments)
    count(f"Welcome{outcome.capitalize()}")
    return outcome


def welcome_member(event: SeatTaken, now: datetime) -> str:
    """Welcome who took a seat, through the account: rules, and the pointer to the video account. Once, by its
    notice id."""
    programme = programmes.get(event.programme_id)
    registration = registrations.get(event.member_id, event.programme_id)
    group = store.get_group(event.chat_id)
    if registration is None or group is None:
        return "unreachable"
    values = {
        "name": programme.name,
        "group": group.name,
        "rules": programme.rules,
        "video_account": programme.video_account,
        "link": _page(programme),
    }
    return notices.tell(
        registration.follower_id,
        notice_id=f"welcome~{event.chat_id}",
        text=fill(programme.texts["welcome"], **values),
        template={name: fill(text, **values) for name, text in programme.templates["welcome"].items()},
        url=_page(programme),
        now=now,
    )


def tell_decision(event: RegistrationDecided, now: datetime) -> str:
    """Tell somebody, through the account, that they were accepted or refused after all, if the programme says a word
    for it. Once for each decision."""
    programme = programmes.get(event.programme_id)
    admission = programme.admission
    notice = {"accepted": admission.accepted, "refused": admission.refused}.get(event.standing)
    registration = registrations.get(event.member_id, event.programme_id)
    if notice is None or registration is None or registration.standing != event.standing:
        return "unreachable"
    if identities.who(event.member_id).blocked:
        return "unreachable"  # their page says it
    values = {"name": programme.name, "reason": registration.decided_reason or "", "link": _page(programme)}
    return notices.tell(
        registration.follower_id,
        notice_id=f"decided~{event.programme_id}~{event.decided_at}",
        text=fill(notice.text, **values),
        template={name: fill(text, **values) for name, text in notice.template.items()},
        url=_page(programme),
        now=now,
    )


def _welcome_for(account_id: str | None) -> Welcome:
    """The welcome for this account: with their group when they hold a seat, else the way to get one."""
    offered = [programmes.get(programme_id) for programme_id in programmes.all_ids()]
    member_id = identities.member_of(account_id) if account_id else ""
    for programme in offered if member_id else []:
        seat = store.get_seat(member_id, programme.programme_id)
        group = store.get_group(seat.chat_id) if seat and seat.state == "held" and seat.chat_id else None
        if group:
            text = fill(programme.texts["staff_welcome"], name=programme.name, group=group.name, link=_page(programme))
            return Welcome(text, group.name, _page(programme))
    programme = next(one for one in offered if one.status == "open")
    text = fill(programme.texts["staff_hello"], name=programme.name, link=_page(programme))
    return Welcome(text, programme.name, _page(programme))


def _page(programme: Programme) -> str:
    return f"{settings().public_url}{page_path(programme.programme_id)}"
