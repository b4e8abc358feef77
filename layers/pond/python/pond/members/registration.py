"""Registering a person for a programme.

Order of writes: the phone and then the account (at once where members become one), the follower's link, and last the
registration, whose stream is the event. A crash anywhere leaves nothing that counts, and doing it all again finishes
it: the account that has just proved the phone needs no new code, and every write bears repeating.
"""

import json
from datetime import datetime

from pond.channels import followers
from pond.kernel.clock import china_day
from pond.kernel.ids import pseudonym
from pond.kernel.sealing import seal
from pond.members import blocklist, reviews, store, verification
from pond.members.identities import who
from pond.members.model import (
    Blocked,
    CodeRefused,
    Form,
    Invalid,
    Registered,
    Registration,
    Standing,
    applicant,
    day_for,
    read_phone,
    read_text,
    validate,
)
from pond.programmes.model import Programme, pool_id, segment_for
from pond.programmes.model_rules import Outcome, judge

_STANDINGS: dict[Outcome, Standing] = {"accept": "accepted", "review": "review", "refuse": "refused"}


def register(
    form: Form,
    code: str,
    programme: Programme,
    account_id: str,
    follower_id: str,
    channel_id: str | None,
    now: datetime,
) -> Registered | CodeRefused | Invalid | Blocked:
    """Take a form and its SMS code. Who is registered already stays so, whatever the form says now."""
    person = who(account_id)
    if person.blocked or blocklist.is_name_blocked(form.name):
        return Blocked()
    # who never proved a phone has registered nowhere
    standing = store.get_registration(person.member_id, programme.programme_id) if person.known else None
    if standing:
        followers.link(follower_id, account_id, standing.member_id)
        return Registered(standing.member_id, standing.pool_id, standing.standing)
    faults = validate(form, programme, china_day(now))
    if faults:
        return Invalid(faults)
    number = read_phone(form.phone)
    assert number is not None
    phone_id = pseudonym("phone", number)
    sealed = _sealed(form, programme, number, phone_id)
    proof = verification.prove(phone_id, code.strip(), account_id, sealed, now, seen=person)
    if not isinstance(proof, verification.Proven):
        return proof
    followers.link(follower_id, account_id, proof.member_id)
    asked = _registration(form, programme, proof.member_id, phone_id, follower_id, channel_id, now)
    written = reviews.enter(asked, programme)
    return Registered(written.member_id, written.pool_id, written.standing)


def _sealed(form: Form, programme: Programme, number: str, phone_id: str) -> bytes:
    day = day_for(form, programme)
    personal = {"name": read_text(form.name), "phone": number, "day": day.isoformat() if day else None}
    return seal(json.dumps(personal, ensure_ascii=False).encode(), f"phones/{phone_id}")


def _registration(
    form: Form,
    programme: Programme,
    member_id: str,
    phone_id: str,
    follower_id: str,
    channel_id: str | None,
    now: datetime,
) -> Registration:
    day = day_for(form, programme)
    said = applicant(form)
    verdict, kind = judge(programme.admission, said), programme.admission.kind(said.answers)
    segment = segment_for(programme, form.stage_id, day, china_day(now), kind)
    stage = programme.stage(form.stage_id)
    assert segment is not None or verdict.outcome == "refuse"
    assert stage is not None
    month = day.strftime("%Y-%m") if day else None
    return Registration(
        member_id=member_id,
        programme_id=programme.programme_id,
        pool_id=pool_id(programme.programme_id, segment.segment_id) if segment else "",
        stage_id=form.stage_id,
        city=read_text(form.city),
        consent_version=form.consent_version,
        consented_at=now,
        registered_at=now,
        follower_id=follower_id,
        channel_id=channel_id,
        born_in=month if stage.asks == "birthday" else None,
        due_in=month if stage.asks == "due_date" else None,
        phone_id=phone_id,
        answers={question.question_id: form.answers[question.question_id] for question in programme.questions},
        kind=kind,
        standing=_STANDINGS[verdict.outcome],
        rule_id=verdict.rule_id if verdict.outcome != "accept" else None,
    )
