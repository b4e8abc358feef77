"""What a person may do with what is kept of them: see, correct, take along, have it deleted.

A code to their phone comes first. Who never gave a phone has nothing here but an account that is followed, and WeChat
has said who they are."""

import json
from dataclasses import replace

from chalice.app import Response

from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound, Refused
from pond.members import limits, my_data
from pond.members.model import Blocked, CodeRefused
from pond.members.model_phones import Asker
from pond.members.my_data import Mine
from pond.programmes import service as programmes
from pond.rights import exporting, wishes
from pond.web import answers, pages, persons, sessions
from pond.web.oauth import ME
from pond.web.pages_rights import MyData, Receipt
from pond.web.sessions import Session
from pond.web.visit import Visit

HOME = "/me"


def show(visit: Visit) -> Response:
    """What is kept, or the way to prove who asks."""
    session = persons.person(visit)
    if session is None:
        return answers.redirect(visit.link(f"/oauth?to={ME}"))
    return _answer(visit, session, _page(visit, session))


def send_code(visit: Visit) -> Response:
    """Send a code to the phone that is known."""
    session = persons.poster(visit)
    mine = my_data.of(session.account_id) if session else None
    if session is None or mine is None:
        return _home(visit)
    outcome = my_data.ask_code(mine, Asker(session.account_id, session.follower_id, visit.address), visit.now)
    page = replace(_page(visit, session), code_state=outcome.state, wait_seconds=outcome.wait_seconds)
    return _answer(visit, session, page)


def prove(visit: Visit) -> Response:
    """Use the code."""
    session = persons.poster(visit)
    if session is None:
        return _home(visit)
    outcome = my_data.prove(session.account_id, visit.form.get("code", ""), visit.now)
    if isinstance(outcome, CodeRefused) and not limits.allow_form(session.account_id, visit.address, visit.now):
        return _answer(visit, session, replace(_page(visit, session), code_state="too_many"), 429)
    match outcome:
        case CodeRefused(reason, tries_left):
            refused = replace(_page(visit, session), errors={"code": f"code.{reason}"}, tries_left=tries_left)
            return _answer(visit, session, refused, 422)
        case Blocked():
            return answers.html(pages.Blocked(), visit.prefix, status=403)
        case _:
            return _home(visit)


def correct(visit: Visit) -> Response:
    """Keep another name and city."""
    session, mine = _proven(visit)
    name, city = visit.form.get("name", ""), visit.form.get("city", "")
    faults = my_data.correct(mine, session.account_id, name, city, visit.now)
    page = _page(visit, session)
    if faults:
        return _answer(visit, session, replace(page, name=name, city=city, errors=faults), 422)
    return _answer(visit, session, replace(page, saved=True))


def export(visit: Visit) -> Response:
    """All of it as a file."""
    session, mine = _proven(visit)
    text = json.dumps(exporting.document(mine, session.follower_id, visit.now), ensure_ascii=False, indent=2)
    return answers.download(text, f"pond-{china_day(visit.now).isoformat()}.json")


def delete(visit: Visit) -> Response:
    """Have everything deleted: the wish is written down, the session ends, and the receipt says how it goes on."""
    session = persons.poster(visit)
    if session is None:
        return _home(visit)
    page = _page(visit, session)
    if page.known and not page.proven:
        return _home(visit)
    if visit.form.get("sure") != "yes":
        return _answer(visit, session, replace(page, unsure=True), 422)
    wish = wishes.request(session.account_id, session.follower_id, visit.now)
    ended = sessions.ended_cookie(sessions.SESSION_COOKIE, visit.prefix, visit.secure)
    return answers.redirect(visit.link(f"/me/receipt/{wish.erasure_id}"), cookies=[ended])


def receipt(visit: Visit, erasure_id: str) -> Response:
    """How far a wish is carried out; whoever has its number may look, and reads nothing of the person."""
    wish = wishes.receipt(erasure_id)
    if wish is None:
        raise NotFound("erasure.unknown")
    page = Receipt(
        number=wish.erasure_id, requested_at=wish.requested_at, erased_at=wish.erased_at, done_at=wish.done_at
    )
    return answers.html(page, visit.prefix)


def _proven(visit: Visit) -> tuple[Session, Mine]:
    session = persons.poster(visit)
    mine = my_data.of(session.account_id) if session else None
    if session is None or mine is None or not my_data.is_proven(session.account_id, visit.now):
        raise Refused("form.stale", "the phone was not proven lately")
    return session, mine


def _page(visit: Visit, session: Session) -> MyData:
    mine = my_data.of(session.account_id)
    if mine is None:
        return MyData(known=False)
    if not my_data.is_proven(session.account_id, visit.now):
        return MyData(known=True, masked_phone=mine.masked_phone)
    city = next((one.city for one in mine.registrations if one.standing != "merged"), "")
    return MyData(
        known=True, proven=True, masked_phone=mine.masked_phone, facts=_facts(mine), name=mine.name, city=city
    )


def _facts(mine: Mine) -> tuple[tuple[str, str], ...]:
    facts = [("姓名", mine.name), ("手机号", mine.phone.removeprefix("+86"))]
    if mine.day:
        facts.append(("预产期或生日", mine.day.isoformat()))
    for one in mine.registrations:
        programme = programmes.get(one.programme_id)
        stage = programme.stage(one.stage_id)
        facts.append((programme.name, f"{stage.name if stage else one.stage_id} · {one.city}"))
        facts.append(("同意书", f"{one.consent_version} · {china_day(one.consented_at).isoformat()}"))
    return tuple(facts)


def _answer(visit: Visit, session: Session, page: MyData, status: int = 200) -> Response:
    token = sessions.form_token(session, visit.now)
    return answers.html(page, visit.prefix, form_token=token, status=status)


def _home(visit: Visit) -> Response:
    return answers.redirect(visit.link(HOME))
