"""Every page a person can see, as a value. All words a person reads stand in `templates/`.

What always holds: a page holds only what its person may see, and works without scripts (states that change by
themselves refresh by the browser's own means).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from pond.web.fields import NOTHING_TYPED, Choice, Question, Values


@dataclass(frozen=True, kw_only=True)
class Page:
    """Base of the pages. `programme_id` and `programme_name` are empty where no programme is known."""

    template: ClassVar[str]
    step: ClassVar[int] = 0  # 1 booking, 2 registration, 3 the group; 0 shows no steps
    refresh_seconds: ClassVar[int] = 0  # how often the browser asks again without scripts
    poll_seconds: ClassVar[int] = 0  # how often our script asks whether the state changed
    at: ClassVar[Literal["p", "m"]] = "p"  # who shows it: intake under /p/, registration under /m/

    programme_id: str = ""
    programme_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Landing(Page):
    """A channel's short link: follow the account by its code, or go in directly (`known`: without the OAuth trip).

    `code_text` is what the code says, `code_image` draws it as a data URI; both are None while there is no code.
    """

    template = "landing.html"
    channel_id: str
    code_text: str | None
    code_image: str | None
    known: bool = False


@dataclass(frozen=True, kw_only=True)
class Enter(Page):
    """The first visit: one tap starts the OAuth trip (WeChat gives virtual ids to trips nobody tapped for)."""

    template = "enter.html"
    channel_id: str = ""


@dataclass(frozen=True, kw_only=True)
class StartAgain(Page):
    """A link, cookie or form that is no longer good."""

    template = "start_again.html"


@dataclass(frozen=True, kw_only=True)
class SnapshotRefused(Page):
    """WeChat gave a virtual account: nothing can be tied to it."""

    template = "snapshot.html"


@dataclass(frozen=True, kw_only=True)
class NotBooked(Page):
    """No place in the queue yet."""

    template = "not_booked.html"
    step = 1
    channel_id: str = ""
    open_now: bool = False
    opens_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Waiting(Page):
    """A place in the queue, not let in yet. `opens_at` is None when no opening is planned."""

    template = "waiting.html"
    step = 1
    refresh_seconds = 60
    poll_seconds = 20
    number: int
    ahead: int
    opens_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RegistrationForm(Page):
    """The form. `errors` are codes by field (`members.model.validate`, and `code` for the SMS code)."""

    template = "form.html"
    step = 2
    at = "m"
    choices: tuple[Choice, ...]
    questions: tuple[Question, ...] = ()
    consent_version: str
    consent_text: str
    values: Values = NOTHING_TYPED
    errors: Mapping[str, str] = field(default_factory=dict)
    code_state: str = ""  # what became of the request for a code: `CodeOutcome.state`, or empty
    wait_seconds: int = 0
    tries_left: int | None = None
    busy: bool = False  # nothing was wrong, it just did not work this time


@dataclass(frozen=True, kw_only=True)
class PhoneForm(Page):
    """Another phone in place of the present one; `done` when it is."""

    template = "phone.html"
    step = 3
    at = "m"
    phone: str = ""
    code: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    code_state: str = ""
    wait_seconds: int = 0
    tries_left: int | None = None
    busy: bool = False
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class UnderReview(Page):
    """Registered; a person looks at it, or it waits for room in a quota. `reason` is the rule's word for it, if any."""

    template = "under_review.html"
    step = 2
    at = "m"
    refresh_seconds = 60
    poll_seconds = 20
    waitlist: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Declined(Page):
    """Registered, and not accepted: by a rule or by a person, who say why."""

    template = "declined.html"
    at = "m"
    refresh_seconds = 60
    poll_seconds = 20
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class GettingSeat(Page):
    """Registered; the seat is being found. Never waits for a partner."""

    template = "getting_seat.html"
    step = 3
    at = "m"
    refresh_seconds = 5
    poll_seconds = 1


@dataclass(frozen=True, kw_only=True)
class GroupCode(Page):
    """The one group this person may join, until when. Without an image yet, we say that we will tell."""

    template = "group_code.html"
    step = 3
    at = "m"
    refresh_seconds = 30
    poll_seconds = 5
    group_name: str
    code_url: str | None
    held_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Joined(Page):
    """In the group."""

    template = "joined.html"
    step = 3
    at = "m"
    group_name: str
    rules: str = ""
    video_account: str = ""


@dataclass(frozen=True, kw_only=True)
class Waitlist(Page):
    """No room now; `place` counts from 1."""

    template = "waitlist.html"
    step = 3
    at = "m"
    refresh_seconds = 60
    poll_seconds = 20
    place: int | None


@dataclass(frozen=True, kw_only=True)
class SeatGone(Page):
    """The seat is not there any more: not taken in time (`expired`), or the person is out of the group."""

    template = "seat_gone.html"
    step = 3
    at = "m"
    refresh_seconds = 60
    poll_seconds = 20
    reason: Literal["expired", "left", "removed"]
    may_ask_again: bool


@dataclass(frozen=True, kw_only=True)
class Closed(Page):
    """The programme takes nobody now."""

    template = "closed.html"


@dataclass(frozen=True, kw_only=True)
class Blocked(Page):
    """This person may not take part."""

    template = "blocked.html"
    at = "m"


@dataclass(frozen=True, kw_only=True)
class Missing(Page):
    """No such page, channel or programme."""

    template = "missing.html"


@dataclass(frozen=True, kw_only=True)
class PartnerDown(Page):
    """A partner does not answer; what was asked for is kept and goes on by itself."""

    template = "partner_down.html"


@dataclass(frozen=True, kw_only=True)
class ServerError(Page):
    """Our own fault."""

    template = "server_error.html"
