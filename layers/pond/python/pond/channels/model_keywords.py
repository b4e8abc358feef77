"""Which keyword somebody said: the longest that stands in what they wrote, whatever spaces, signs and letter case."""

import unicodedata

from pond.programmes.model import Programme
from pond.programmes.model_texts import Answer


def heard(programme: Programme, text: str) -> Answer | None:
    """The answer a text asks for; one without text stands for booking. None: no keyword was said.

    The longest keyword wins, so that "cancel my booking" is not heard as "booking".
    """
    said = _letters(text)
    offered = [Answer(programme.booking_keywords, ""), *programme.answers]
    found = [
        (len(word), -n)
        for n, one in enumerate(offered)
        for word in map(_letters, one.keywords)
        if word and word in said
    ]
    return offered[-max(found)[1]] if found else None


def _letters(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
