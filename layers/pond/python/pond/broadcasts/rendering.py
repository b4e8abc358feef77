"""How a piece becomes what is sent: templates filled in within a sandbox, from a fixed set of variables."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pond.broadcasts.model_audience import Recipient
from pond.broadcasts.model_content import Content, Rendered
from pond.programmes.model import Programme

Value = str | tuple[str, ...]
Links = Callable[[str, str], str]  # (url, tag) → the address that is sent


def plain(url: str, tag: str) -> str:
    """The address as it is: for previews."""
    return url


def render(content: Content, values: Mapping[str, Value], links: Links = plain) -> Rendered:
    """The piece with its fields filled in; the same for the same values.

    Raises:
        Permanent: `content.not_rendered`: it was approved, and cannot be filled in all the same.
    """
    raise NotImplementedError


def values_for(programme: Programme, recipient: Recipient, now: datetime) -> Mapping[str, Value]:
    """The variables of a recipient. Reads the group or the registration only if needed: a piece that names none of
    `PER_RECIPIENT` (see `names`) is the same for all."""
    raise NotImplementedError


def names(content: Content) -> frozenset[str]:
    """The variables that a piece uses. One that uses none of `PER_RECIPIENT` is rendered once for all."""
    raise NotImplementedError


PER_RECIPIENT = frozenset({"group", "stage", "months"})
