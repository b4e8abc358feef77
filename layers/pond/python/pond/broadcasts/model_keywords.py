"""Which automatic answer a message asks for: of the library's pieces, by the words people write.

Signs, spaces and letter case count for nothing. A whole message that is a keyword goes before one that contains one;
then the higher priority, then the longer word, then what stands first.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any, Literal, cast

from pond.programmes.model_reader import Part

WORDS, ANSWERS = 50, 500
_CODE = "keywords.invalid"


@dataclass(frozen=True, kw_only=True)
class Keyword:
    """Words, how they must stand in a message, and the piece that answers them."""

    words: tuple[str, ...]
    match: Literal["exact", "contains"]
    priority: int
    content_id: str


@dataclass(frozen=True)
class Keywords:
    """A programme's automatic answers. `fallback` is said to who asks something else, and then not for a day."""

    answers: tuple[Keyword, ...] = ()
    fallback: str | None = None


@dataclass(frozen=True)
class Heard:
    """The piece that a message asks for; `exact`, if the message is nothing but the keyword."""

    content_id: str
    exact: bool


def read(document: object) -> Keywords:
    """The answers a document describes.

    Raises:
        Refused: `keywords.invalid`, its message being "where: what".
    """
    top = Part("keywords", document, _CODE)
    parts = top.parts("answers", needed=False)
    if len(parts) > ANSWERS:
        raise top.refusal("answers", f"at most {ANSWERS}")
    return Keywords(
        tuple(_keyword(part) for part in parts), top.id("fallback") if top.value("fallback") is not None else None
    )


def heard(keywords: Keywords, text: str) -> list[Heard]:
    """The pieces that a message asks for, the best first."""
    said = letters(text)
    found = []
    for place, one in enumerate(keywords.answers):
        fitting = [word for word in map(letters, one.words) if word and _fits(one, word, said)]
        if fitting:
            found.append((said in fitting, one.priority, max(map(len, fitting)), -place, one.content_id))
    return [Heard(content_id, exact) for exact, _, _, _, content_id in sorted(found, reverse=True)]


def letters(text: str) -> str:
    """A text's letters and figures, by which messages and keywords are compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _fits(one: Keyword, word: str, said: str) -> bool:
    return word == said if one.match == "exact" else word in said


def _keyword(part: Part) -> Keyword:
    words = part.words("words")
    if len(words) > WORDS or not all(letters(word) and len(word) <= 20 for word in words):
        raise part.refusal("words", f"1 to {WORDS} words of letters or figures, at most 20 characters each")
    return Keyword(
        words=words,
        match=cast(Any, part.choice("match", ("exact", "contains"), "contains")),
        priority=part.number("priority", 0, 100, 0) or 0,
        content_id=part.id("content"),
    )
