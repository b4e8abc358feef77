"""Who a member is, as values: the form a person fills in, what comes of it, and the rules of its fields.

A form keeps what was typed, word for word, so that a page can show it again; `read_*` give the cleaned values.
`validate` finds every fault at once and says it by a code (`phone.invalid`); the sentences are the templates'.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from pond.programmes.model import Asks, Programme, segment_for
from pond.programmes.model_rules import Applicant, judge

NAME_MAX = 20
CITY_MAX = 20
DUE_MONTHS = 10  # a due date lies within so many months from today
CHILD_YEARS = 18

_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


Standing = Literal["accepted", "review", "waitlist", "refused", "merged"]  # merged: handed to who they were found to be


@dataclass(frozen=True)
class Form:
    """What a person typed. `day` is the due date or birthday, or empty; `consent_version` is of the text shown;
    `answers` are to the programme's own questions, by their id."""

    name: str
    phone: str
    stage_id: str
    day: str
    city: str
    consent: bool
    consent_version: str
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A member's answers for a programme. Of the due date or birthday only the month stands here (`YYYY-MM`).

    Only the accepted are due a seat. `rule_id` names the rule that decided, `full_quota` the quota that had no room,
    `quotas` those the member counts in; `decided_*` is what an operator decided, if one did. `pool_id` is empty for
    who was refused and is of a kind that has no groups.
    """

    member_id: str
    programme_id: str
    pool_id: str
    stage_id: str
    city: str
    consent_version: str
    consented_at: datetime
    registered_at: datetime
    follower_id: str
    channel_id: str | None = None
    born_in: str | None = None
    due_in: str | None = None
    phone_id: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    standing: Standing = "accepted"
    rule_id: str | None = None
    full_quota: str | None = None
    quotas: frozenset[str] = frozenset()
    decided_at: datetime | None = None
    decided_by: str | None = None
    decided_reason: str | None = None

    @property
    def accepted_at(self) -> datetime | None:
        """Since when a seat is due; None for who is not accepted."""
        return (self.decided_at or self.registered_at) if self.standing == "accepted" else None


@dataclass(frozen=True)
class Registered:
    """The person is registered, now or since earlier; whether accepted, says `standing`."""

    member_id: str
    pool_id: str
    standing: Standing = "accepted"


@dataclass(frozen=True)
class CodeRefused:
    """The SMS code was not accepted. After `wrong` so many tries are left; after the others a new code is needed."""

    reason: Literal["wrong", "expired", "used_up", "not_asked"]
    tries_left: int = 0


@dataclass(frozen=True)
class Invalid:
    """Fields with a fault: field name → code. Nothing was written."""

    fields: dict[str, str]


@dataclass(frozen=True)
class Blocked:
    """The person may not take part."""


@dataclass(frozen=True)
class CodeOutcome:
    """What came of asking for a code. `unknown`: it may still arrive, and is valid; ask again after `wait_seconds`."""

    state: Literal["sent", "too_soon", "too_many", "refused", "unknown", "invalid"]
    wait_seconds: int = 0


def read_text(typed: str) -> str:
    """A typed text as it is kept: composed characters, no spaces around, single ones inside."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def read_phone(typed: str) -> str | None:
    """A mobile number of mainland China as `+86…`, from any way of writing it; None if it is not one."""
    found = _MOBILE.fullmatch(re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", typed)))
    return f"+86{found[1]}" if found else None


def read_day(typed: str) -> date | None:
    """A day written `2027-03-09`, `2027/3/9` or `2027年3月9日`; None if it is not one."""
    found = _DAY.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)))
    if not found:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def validate(form: Form, programme: Programme, today: date) -> dict[str, str]:
    """Every fault of a form, as field name → code; empty when it can be taken. `today` is the China day."""
    faults = {
        "name": name_fault(form.name),
        "phone": None if read_phone(form.phone) else "phone.invalid",
        "city": city_fault(form.city),
        "consent": _consent_fault(form, programme),
    }
    unanswered = {
        answer_field(question.question_id): "answer.missing"
        for question in programme.questions
        if form.answers.get(question.question_id) not in question.values
    }
    faults |= unanswered
    stage = programme.stage(form.stage_id)
    if stage is None:
        faults["stage_id"] = "stage.unknown"
    else:
        faults["day"] = _day_fault(stage.asks, form.day, today)
        if not faults["day"] and not unanswered and not _has_place(form, programme, today):
            faults["stage_id"] = "stage.no_group"
    return {field: code for field, code in faults.items() if code}


def answer_field(question_id: str) -> str:
    """The form's field for an answer to one of the programme's own questions."""
    return f"answer-{question_id}"


def question_id_of(field_name: str) -> str:
    """The question that a field of the form answers: the other way round from `answer_field`."""
    return field_name.removeprefix("answer-")


def applicant(form: Form) -> Applicant:
    """What a form tells the programme's rules."""
    return Applicant(form.answers, read_text(form.city), form.stage_id)


def day_for(form: Form, programme: Programme) -> date | None:
    """The day that the chosen stage asks for; one typed before another stage was chosen does not count."""
    stage = programme.stage(form.stage_id)
    return None if stage is None or stage.asks == "nothing" else read_day(form.day)


def _has_place(form: Form, programme: Programme, today: date) -> bool:
    """Whether there are groups for this person; who is refused needs none, and is told why they are."""
    who = applicant(form)
    if judge(programme.admission, who).outcome == "refuse":
        return True
    kind = programme.admission.kind(who.answers)
    return segment_for(programme, form.stage_id, day_for(form, programme), today, kind) is not None


def name_fault(typed: str) -> str | None:
    """What is wrong with a name, as a code."""
    return _text_fault("name", typed, NAME_MAX, "·• ")


def city_fault(typed: str) -> str | None:
    """What is wrong with a city, as a code."""
    return _text_fault("city", typed, CITY_MAX, "·- ")


def _text_fault(field: str, typed: str, longest: int, extra: str) -> str | None:
    text = read_text(typed)
    if not text:
        return f"{field}.empty"
    if len(text) > longest:
        return f"{field}.too_long"
    # letters of any script with their marks; no digits and no markup
    if all(char in extra or unicodedata.category(char)[0] in "LM" for char in text) and any(map(str.isalpha, text)):
        return None
    return f"{field}.characters"


def _consent_fault(form: Form, programme: Programme) -> str | None:
    if not form.consent:
        return "consent.missing"
    return None if form.consent_version == programme.consent.version else "consent.changed"


def _day_fault(asks: Asks, typed: str, today: date) -> str | None:
    if asks == "nothing":
        return None
    if not typed.strip():
        return "day.missing"
    day = read_day(typed)
    if day is None:
        return "day.unreadable"
    if asks == "due_date":
        if day < today:
            return "day.past"
        return "day.too_far" if day > _months_from(today, DUE_MONTHS) else None
    if day > today:
        return "day.future"
    return "day.too_old" if day < _months_from(today, -12 * CHILD_YEARS) else None


def _months_from(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
