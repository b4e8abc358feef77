"""Where a person stands in a programme, told as the one page that is true now. Reads rooms by key; changes nothing."""

from datetime import datetime

from pond.channels import bookings, followers, openings
from pond.groups import seats
from pond.kernel.errors import Refused
from pond.members import identities, registrations
from pond.members.model import Registration, answer_field
from pond.programmes import service as programmes
from pond.programmes.model import Programme
from pond.web.fields import Choice, Question
from pond.web.pages import (
    Blocked,
    Closed,
    Declined,
    GettingSeat,
    GroupCode,
    Joined,
    NotBooked,
    Page,
    RegistrationForm,
    SeatGone,
    UnderReview,
    Waiting,
    Waitlist,
)
from pond.web.sessions import Session


def page_of(session: Session, programme_id: str, now: datetime, channel_id: str = "") -> Page:
    """The page that shows the person's state.

    Raises:
        NotFound: `programme.unknown`.
        Refused: `session.unknown_follower`: the session is of a person we know nothing of.
    """
    programme = programmes.get(programme_id)
    person = identities.who(session.account_id)
    member_id = person.member_id
    if person.blocked:
        return Blocked(programme_id=programme_id, programme_name=programme.name)
    registration = registrations.get(member_id, programme_id)
    if registration:
        return _registered(programme, registration, now)
    if programme.status == "closed":
        return Closed(programme_id=programme_id, programme_name=programme.name)
    follower = followers.get(session.follower_id)
    if follower is None:
        raise Refused("session.unknown_follower")
    place = bookings.place(follower, programme_id)
    if place and place.admitted:
        return form(programme)
    opening = openings.next_opening(programme_id, now)
    opens_at = opening.starts_at if opening else None
    if place:
        return Waiting(
            programme_id=programme_id,
            programme_name=programme.name,
            number=place.number,
            ahead=place.ahead,
            opens_at=opens_at,
        )
    return NotBooked(
        programme_id=programme_id,
        programme_name=programme.name,
        channel_id=channel_id,
        open_now=openings.current(programme_id, now) is not None,
        opens_at=opens_at,
    )


def form(programme: Programme) -> RegistrationForm:
    """The empty registration form."""
    return RegistrationForm(
        programme_id=programme.programme_id,
        programme_name=programme.name,
        choices=tuple(Choice(stage.stage_id, stage.name, stage.asks) for stage in programme.stages),
        questions=tuple(
            Question(
                answer_field(question.question_id),
                question.text,
                tuple((choice.value, choice.text) for choice in question.choices),
            )
            for question in programme.questions
        ),
        consent_version=programme.consent.version,
        consent_text=programme.consent.text,
    )


def _registered(programme: Programme, registration: Registration, now: datetime) -> Page:
    which = {"programme_id": programme.programme_id, "programme_name": programme.name}
    reason = registration.decided_reason or programme.admission.reason(registration.rule_id)
    match registration.standing:
        case "review" | "waitlist" as standing:
            return UnderReview(**which, waitlist=standing == "waitlist", reason=reason)
        case "refused":
            return Declined(**which, reason=reason)
        case _:
            return _seat(programme, registration.member_id, now)


def _seat(programme: Programme, member_id: str, now: datetime) -> Page:
    which = {"programme_id": programme.programme_id, "programme_name": programme.name}
    seat = seats.my_seat(member_id, programme.programme_id, now)
    match seat.state:
        case "none" | "requested" | "merged":
            return GettingSeat(**which)
        case "waiting":
            return Waitlist(**which, place=seat.place)
        case "held":
            return GroupCode(**which, group_name=seat.group_name, code_url=seat.code_url, held_until=seat.held_until)
        case "taken":
            return Joined(
                **which, group_name=seat.group_name, rules=programme.rules, video_account=programme.video_account
            )
        case "expired" | "left" | "removed":
            return SeatGone(**which, reason=seat.state, may_ask_again=seat.may_ask_again)
