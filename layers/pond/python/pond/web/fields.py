"""What the registration form is made of, as values: what is offered, what is asked, what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """One of the programme's own questions: the form's field, what is asked, and (value, text) of each answer."""

    field: str
    text: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choice:
    """A stage as the form offers it."""

    stage_id: str
    name: str
    asks: str  # "nothing", "due_date", "birthday"


@dataclass(frozen=True)
class Values:
    """What was typed, as it was typed."""

    name: str = ""
    phone: str = ""
    code: str = ""
    stage_id: str = ""
    day: str = ""
    city: str = ""
    consent: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)  # by the form's field


NOTHING_TYPED = Values()
