"""What the registration function shows: the form with its code, then the seat. What was typed is never lost."""

from dataclasses import replace

from chalice.app import Response

from pond.channels import followers
from pond.groups import seats
from pond.kernel.errors import Transient
from pond.kernel.logs import logger
from pond.members import blocklist, identities, limits, registration, verification
from pond.members.model import Blocked, CodeRefused, Form, Invalid, question_id_of
from pond.members.model_phones import Asker
from pond.programmes import service as programmes
from pond.web import answers, fields, journey, pages, persons, sessions
from pond.web.visit import Visit


def show(visit: Visit, programme_id: str) -> Response:
    """The person's state; who is not let in yet goes back to the queue."""
    session = persons.person(visit)
    if session is None:
        return _home(visit, programme_id)
    page = journey.page_of(session, programme_id, visit.now)
    if page.at == "p":
        return _home(visit, programme_id)
    return answers.html(page, visit.prefix, form_token=sessions.form_token(session, visit.now))


def send_code(visit: Visit, programme_id: str) -> Response:
    """Send an SMS code and show the same form again."""
    session = persons.poster(visit)
    page = journey.page_of(session, programme_id, visit.now) if session else None
    if session is None or not isinstance(page, pages.RegistrationForm):
        return _again(visit, programme_id)
    if blocklist.is_name_blocked(visit.form.get("name", "")):
        return _blocked(visit, page)
    asker = Asker(session.account_id, session.follower_id, visit.address)
    outcome = verification.request_code(visit.form.get("phone", ""), asker, visit.now)
    asked = replace(
        page,
        values=_values(visit, page),
        errors={"phone": "phone.invalid"} if outcome.state == "invalid" else {},
        code_state=outcome.state,
        wait_seconds=outcome.wait_seconds,
    )
    return _form(visit, asked)


def submit(visit: Visit, programme_id: str) -> Response:
    """Register; then the page shows what comes of it."""
    session = persons.poster(visit, typed=bool(visit.form.get("code")))
    page = journey.page_of(session, programme_id, visit.now) if session else None
    if session is None or not isinstance(page, pages.RegistrationForm):
        return _again(visit, programme_id)
    page = replace(page, values=_values(visit, page))
    follower = followers.get(session.follower_id)
    try:
        outcome = registration.register(
            _answers(visit, page),
            page.values.code,
            programmes.get(programme_id),
            session.account_id,
            session.follower_id,
            follower.channel_id if follower else None,
            visit.now,
        )
    except Transient as error:
        logger.warning("not registered yet", extra={"code": error.code})
        return _form(visit, replace(page, busy=True), 503)
    # one that is taken needs no limit: there is one of it
    if isinstance(outcome, Invalid | CodeRefused) and not limits.allow_form(
        session.account_id, visit.address, visit.now
    ):
        return _form(visit, replace(page, code_state="too_many"), 429)
    match outcome:
        case Invalid(fields):
            return _form(visit, replace(page, errors=fields), 422)
        case CodeRefused(reason, tries_left):
            refused = replace(page, errors={"code": f"code.{reason}"}, tries_left=tries_left)
            return _form(visit, refused, 422)
        case Blocked():
            return _blocked(visit, page)
        case _:
            return _again(visit, programme_id)


def ask_again(visit: Visit, programme_id: str) -> Response:
    """Ask for a seat once more after it was not taken in time."""
    session = persons.poster(visit)
    if session:
        seats.ask_again(identities.member_of(session.account_id), programme_id, visit.now)
    return _again(visit, programme_id)


def state(visit: Visit, programme_id: str) -> Response:
    """Whether what a page shows is still true, for its script."""
    session = persons.person(visit)
    return answers.mark(journey.page_of(session, programme_id, visit.now) if session else None)


def _answers(visit: Visit, page: pages.RegistrationForm) -> Form:
    given = visit.form.get
    return Form(
        name=given("name", ""),
        phone=given("phone", ""),
        stage_id=given("stage_id", ""),
        day=given("day", ""),
        city=given("city", ""),
        consent=given("consent") == "yes",
        consent_version=given("consent_version", ""),
        answers={question_id_of(question.field): given(question.field, "") for question in page.questions},
    )


def _values(visit: Visit, page: pages.RegistrationForm) -> fields.Values:
    given = visit.form.get
    return fields.Values(
        name=given("name", ""),
        phone=given("phone", ""),
        code=given("code", ""),
        stage_id=given("stage_id", ""),
        day=given("day", ""),
        city=given("city", ""),
        consent=given("consent") == "yes",
        answers={question.field: given(question.field, "") for question in page.questions},
    )


def _form(visit: Visit, page: pages.RegistrationForm, status: int = 200) -> Response:
    return answers.html(page, visit.prefix, form_token=visit.form["form_token"], status=status)


def _blocked(visit: Visit, page: pages.Page) -> Response:
    blocked = pages.Blocked(programme_id=page.programme_id, programme_name=page.programme_name)
    return answers.html(blocked, visit.prefix, status=403)


def _home(visit: Visit, programme_id: str) -> Response:
    return answers.redirect(visit.link(f"/p/{programme_id}"))


def _again(visit: Visit, programme_id: str) -> Response:
    return answers.redirect(visit.link(f"/m/{programme_id}"))
