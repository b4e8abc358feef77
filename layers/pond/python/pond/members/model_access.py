"""An operator's look at somebody's personal data."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Access:
    """`who` looked at `what` (such as "name") of `about` (a pseudonym), and `why`."""

    at: datetime
    who: str
    what: str
    about: str
    why: str
