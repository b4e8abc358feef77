"""The page on which a member changes their phone: as the registration form, with a code to the new one."""

from dataclasses import replace

from chalice.app import Response

from pond.kernel.errors import Transient
from pond.kernel.logs import logger
from pond.members import identities, limits, phone_change, verification
from pond.members.model import Blocked, CodeRefused, Invalid
from pond.members.model_phones import Asker
from pond.programmes import service as programmes
from pond.web import answers, pages, persons, sessions
from pond.web.sessions import Session
from pond.web.visit import Visit


def show(visit: Visit, programme_id: str) -> Response:
    """The empty form."""
    session = persons.person(visit)
    if session is None or not _is_member(session):
        return _home(visit, programme_id)
    return answers.html(_page(programme_id), visit.prefix, form_token=sessions.form_token(session, visit.now))


def send_code(visit: Visit, programme_id: str) -> Response:
    """Send a code to the new phone and show the same form again."""
    session = persons.poster(visit)
    if session is None or not _is_member(session):
        return _home(visit, programme_id)
    page = _typed(visit, programme_id)
    asker = Asker(session.account_id, session.follower_id, visit.address)
    outcome = verification.request_code(page.phone, asker, visit.now)
    asked = replace(
        page,
        errors={"phone": "phone.invalid"} if outcome.state == "invalid" else {},
        code_state=outcome.state,
        wait_seconds=outcome.wait_seconds,
    )
    return _form(visit, asked)


def submit(visit: Visit, programme_id: str) -> Response:
    """Change the phone; then the page says so."""
    session = persons.poster(visit, typed=bool(visit.form.get("code")))
    if session is None or not _is_member(session):
        return _home(visit, programme_id)
    page = _typed(visit, programme_id)
    try:
        outcome = phone_change.change(page.phone, page.code, session.account_id, visit.now)
    except Transient as error:
        logger.warning("phone not changed yet", extra={"code": error.code})
        return _form(visit, replace(page, busy=True), 503)
    if isinstance(outcome, Invalid | CodeRefused) and not limits.allow_form(
        session.account_id, visit.address, visit.now
    ):
        return _form(visit, replace(page, code_state="too_many"), 429)
    match outcome:
        case Invalid(fields):
            return _form(visit, replace(page, errors=fields), 422)
        case CodeRefused(reason, tries_left):
            return _form(visit, replace(page, errors={"code": f"code.{reason}"}, tries_left=tries_left), 422)
        case Blocked():
            blocked = pages.Blocked(programme_id=programme_id, programme_name=page.programme_name)
            return answers.html(blocked, visit.prefix, status=403)
        case _:
            return _form(visit, replace(page, done=True))


def _is_member(session: Session) -> bool:
    person = identities.who(session.account_id)
    return person.known and not person.blocked


def _page(programme_id: str) -> pages.PhoneForm:
    return pages.PhoneForm(programme_id=programme_id, programme_name=programmes.get(programme_id).name)


def _typed(visit: Visit, programme_id: str) -> pages.PhoneForm:
    return replace(_page(programme_id), phone=visit.form.get("phone", ""), code=visit.form.get("code", ""))


def _form(visit: Visit, page: pages.PhoneForm, status: int = 200) -> Response:
    return answers.html(page, visit.prefix, form_token=visit.form.get("form_token", ""), status=status)


def _home(visit: Visit, programme_id: str) -> Response:
    return answers.redirect(visit.link(f"/m/{programme_id}"))
