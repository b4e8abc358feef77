"""What the intake function shows: a channel's landing, the way in, the queue."""

from base64 import b64encode
from datetime import datetime

from chalice.app import Response

from pond.channels import bookings, codes, links
from pond.channels.model_links import Opener
from pond.kernel.errors import Transient
from pond.kernel.logs import logger
from pond.members import identities
from pond.programmes import service as programmes
from pond.web import answers, assets, journey, pages, persons, sessions
from pond.web.visit import Visit


def landing(visit: Visit, channel_id: str) -> Response:
    """A channel's short link: its code to follow the account, and the way in."""
    channel = codes.get(channel_id)
    programme = programmes.get(channel.programme_id)
    text = _code_text(channel_id, visit.now)
    page = pages.Landing(
        programme_id=programme.programme_id,
        programme_name=programme.name,
        channel_id=channel_id,
        code_text=text,
        code_image=f"data:image/png;base64,{b64encode(codes.code_image(text, 'png')).decode()}" if text else None,
        known=persons.person(visit) is not None,
    )
    return answers.html(page, visit.prefix)


def show(visit: Visit, programme_id: str) -> Response:
    """The person's state; who is let in goes on to registration."""
    session = persons.person(visit)
    channel_id = persons.channel_of(visit)
    if session is None:
        programme = programmes.get(programme_id)
        page = pages.Enter(programme_id=programme_id, programme_name=programme.name, channel_id=channel_id)
        return answers.html(page, visit.prefix)
    state = journey.page_of(session, programme_id, visit.now, channel_id)
    if state.at == "m":
        return answers.redirect(visit.link(f"/m/{programme_id}"))
    return answers.html(state, visit.prefix, form_token=sessions.form_token(session, visit.now))


def book(visit: Visit, programme_id: str) -> Response:
    """Take a place in the queue; pressed again it shows the same place."""
    session = persons.poster(visit)
    if session and isinstance(journey.page_of(session, programme_id, visit.now), pages.NotBooked):
        bookings.book(programme_id, session.follower_id, persons.channel_of(visit) or None, visit.now)
    return answers.redirect(visit.link(f"/p/{programme_id}"))


def state(visit: Visit, programme_id: str) -> Response:
    """Whether what a page shows is still true, for its script."""
    session = persons.person(visit)
    return answers.mark(journey.page_of(session, programme_id, visit.now) if session else None)


def follow(visit: Visit, code: str) -> Response:
    """A tracked link: on to where it leads. Who opens it is known by their session, or not at all."""
    session = persons.person(visit)
    opener = None
    if session:
        opener = Opener(person_id=identities.member_of(session.account_id), follower_id=session.follower_id)
    return answers.redirect(links.follow(code, opener, visit.now))


def asset(visit: Visit, name: str) -> Response:
    """A static file."""
    return answers.asset(*assets.read(name))


def _code_text(channel_id: str, now: datetime) -> str | None:
    try:
        return codes.code(channel_id, now).qr_url
    except Transient as error:  # the page has its button all the same
        logger.warning("landing without a code", extra={"code": error.code})
        return None
