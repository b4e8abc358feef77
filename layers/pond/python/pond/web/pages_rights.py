"""The pages on which a person sees what is kept of them, and the receipt of who was forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pond.web.pages import Page


@dataclass(frozen=True, kw_only=True)
class MyData(Page):
    """What is kept of the visitor. Shown once a code to their phone was right (`proven`); of who never gave a phone
    (`known` is false) there is nothing but that they follow the account. `facts` are (label, value)."""

    template = "my_data.html"
    known: bool
    proven: bool = False
    masked_phone: str = ""
    facts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    name: str = field(default="", repr=False)
    city: str = field(default="", repr=False)
    errors: Mapping[str, str] = field(default_factory=dict)
    code_state: str = ""
    wait_seconds: int = 0
    tries_left: int | None = None
    saved: bool = False
    unsure: bool = False  # deletion was pressed without the tick


@dataclass(frozen=True, kw_only=True)
class Receipt(Page):
    """A wish to be forgotten, and how far it is carried out."""

    template = "receipt.html"
    refresh_seconds = 30
    number: str
    requested_at: datetime
    erased_at: datetime | None
    done_at: datetime | None
