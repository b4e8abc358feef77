"""The texts a programme says to people: which there must be, which fields each may name, how they are filled in.

A text is checked when the programme is applied, with its longest likely values: filling it in later never fails, and it
always fits into one message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal, cast

from pond.kernel.errors import Refused
from pond.programmes.model_reader import Part

MESSAGE_BYTES = 2048  # WeChat: what a text message safely holds

FIELDS: dict[str, tuple[str, ...]] = {
    "booked": ("name", "number", "ahead", "month", "day", "time", "link"),  # has a place, the next opening is known
    "booked_later": ("name", "number", "ahead", "link"),  # has a place, no opening is planned yet
    "booked_open": ("name", "number", "link"),  # booked and let in at once
    "already_booked": ("name", "number", "ahead", "link"),  # said the keyword again, still waits
    "already_in": ("name", "number", "link"),  # said the keyword again, is let in
    "let_in": ("name", "number", "link"),  # an opening reached this number
    "closed": ("name",),  # the programme takes nobody at present
    "welcome": ("name", "group", "rules", "video_account", "link"),  # sits in the group, said by the account
    "staff_hello": ("name", "link"),  # said by the staff contact to who has no seat held
    "staff_welcome": ("name", "group", "link"),  # said by the staff contact to who has one
    "hold_ends": ("name", "group", "minutes", "link"),  # the seat kept for them is given on soon
    "order_thanks": ("name", "link"),  # bought something, said once an order
    "seat_waiting": ("name", "place", "link"),  # registered, no room: their place in the waitlist
    "seat_called": ("name", "group", "minutes", "link"),  # waited, and now a seat is kept for them
}
"""Every text a programme says, with the fields it may name."""

# A programme without the text says nothing then.
OPTIONAL = ("hold_ends", "seat_waiting", "seat_called", "order_thanks")

ANSWER_FIELDS = ("name", "link")  # what the follow text and the answers to keywords may name
DECISION_FIELDS = ("name", "reason", "link")  # what a message about an operator's decision may name
DECISION_TEMPLATE_FIELDS = ("name", "link")  # a reason is too long for a template message's field
TEMPLATES = ("let_in", "welcome", *OPTIONAL)  # texts that also go out as template messages, field by field

_TEMPLATE_CHARACTERS = {"thing": 20, "character_string": 32, "number": 32, "short_thing": 5}  # WeChat, by kind of field

_SAMPLES: dict[str, str] = {
    "number": "9999999",
    "ahead": "9999999",
    "month": "12",
    "day": "31",
    "time": "23:59",
    "link": "https://" + "a" * 160,
    "group": "群" * 30,
    "minutes": "10080",
    "place": "9999999",
    "reason": "由" * 100,
}


@dataclass(frozen=True)
class Answer:
    """What the account says to any of some keywords; with `messages`, it stops or starts those nobody waits for."""

    keywords: tuple[str, ...]
    text: str
    messages: Literal["", "stop", "start"] = ""


def read_answer(part: Part) -> Answer:
    """An answer in a programme's document."""
    messages = part.choice("messages", ("stop", "start")) if part.has("messages") else ""
    return Answer(part.words("keywords"), part.text("text"), cast(Any, messages))


def fill(text: str, **values: object) -> str:
    """The text with its named fields filled in."""
    return text.format_map(values)


def check(where: str, text: str, allowed: tuple[str, ...], known: Mapping[str, str]) -> None:
    """Refuse a text that names another field than `allowed`, reaches into one, or is too long for a message.

    Raises:
        Refused: `programme.invalid`.
    """
    try:
        named = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise Refused("programme.invalid", f"{where}: braces do not match ({error})") from error
    for name, spec, conversion in named:
        if name not in allowed or spec or conversion:
            raise Refused("programme.invalid", f"{where}: may name only {', '.join(allowed)}, not {{{name}}}")
    size = len(fill(text, **{**_SAMPLES, **known}).encode())
    if size > MESSAGE_BYTES:
        raise Refused("programme.invalid", f"{where}: {size} bytes when filled in, a message holds {MESSAGE_BYTES}")


def check_template(where: str, text: str, allowed: tuple[str, ...], known: Mapping[str, str]) -> None:
    """Refuse a template message's field as `check` does, or when it is longer than its kind holds (WeChat: 47003).

    Raises:
        Refused: `programme.invalid`.
    """
    check(where, text, allowed, known)
    kind = where.rpartition(".")[2].rstrip("0123456789")
    length = len(fill(text, **{**_SAMPLES, **known}))
    if kind in _TEMPLATE_CHARACTERS and length > _TEMPLATE_CHARACTERS[kind]:
        raise Refused("programme.invalid", f"{where}: {length} characters, {kind} holds {_TEMPLATE_CHARACTERS[kind]}")


def check_decision(where: str, text: str, template: Mapping[str, str], known: Mapping[str, str]) -> None:
    """Refuse a message about an operator's decision whose text or template fields `check` would refuse.

    Raises:
        Refused: `programme.invalid`.
    """
    check(f"{where}.text", text, DECISION_FIELDS, known)
    for key, part in template.items():
        check_template(f"{where}.template.{key}", part, DECISION_TEMPLATE_FIELDS, known)
