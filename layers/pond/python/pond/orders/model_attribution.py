"""Who an order counts for. All the rules are on this page; a programme sets their order and their window.

1. The buyer's *home* is the seat they held when they paid, the one taken last if there are several. It gives the
   programme, the group and the group's volunteer. Without a seat the programme is that of their registration.
2. The *channel* is the one that brought the member, wherever they live now.
3. The *earner* is the first who claims the order, in the programme's `precedence`:
   "link": whoever owns the tracked link that was opened last, "distributor": the distributor bound to the buyer last,
   both within `window_days` before payment; "seat": the volunteer of the home. Who is not listed earns nothing.
4. What was attributed stays attributed, with the version of the rules and the reason: nothing here asks again.

What always holds: the same facts and rules give the same answer, in whatever sequence the facts are listed; what came
after payment counts for nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pond.programmes.model_attribution import Claim, Rules

Role = Literal["volunteer", "distributor"]
Reason = Literal["link", "distributor", "seat", "no_claim", "no_rules", "unmatched"]


@dataclass(frozen=True, kw_only=True)
class SeatHeld:
    """A seat the buyer took in a group, until they left it."""

    programme_id: str
    chat_id: str
    volunteer_id: str | None
    taken_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Referral:
    """The buyer opened somebody's tracked link, or was bound to a distributor. `referral_id` names link or bond."""

    claim: Literal["link", "distributor"]
    referral_id: str
    person_id: str
    role: Role
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of the buyer; a buyer who is no member may still have referrals."""

    paid_at: datetime
    member_id: str | None
    programme_id: str = ""
    channel_id: str | None = None
    seats: tuple[SeatHeld, ...] = ()
    referrals: tuple[Referral, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Whom an order counts for. Sums count it once under each of programme, group, volunteer, channel and earner."""

    programme_id: str
    chat_id: str | None
    volunteer_id: str | None
    channel_id: str | None
    earner_id: str | None
    earner_role: Role | None
    referral_id: str | None
    rules_version: int
    reason: Reason


def attribute(facts: Facts, rules_of: Mapping[str, Rules]) -> Attribution:
    """Decide for a paid order. `rules_of`: each programme's rules as they are at payment."""
    home = _home(facts)
    programme_id = home.programme_id if home else facts.programme_id
    rules = rules_of.get(programme_id)
    earner_id, earner_role, referral_id, reason = _earner(facts, home, rules)
    return Attribution(
        programme_id=programme_id,
        chat_id=home.chat_id if home else None,
        volunteer_id=home.volunteer_id if home else None,
        channel_id=facts.channel_id,
        earner_id=earner_id,
        earner_role=earner_role,
        referral_id=referral_id,
        rules_version=rules.version if rules else 0,
        reason=reason,
    )


def _home(facts: Facts) -> SeatHeld | None:
    held = [
        seat
        for seat in facts.seats
        if seat.taken_at <= facts.paid_at and (seat.ended_at is None or facts.paid_at < seat.ended_at)
    ]
    return max(held, key=lambda seat: (seat.taken_at, seat.programme_id), default=None)


def _earner(
    facts: Facts, home: SeatHeld | None, rules: Rules | None
) -> tuple[str | None, Role | None, str | None, Reason]:
    if rules is None:
        return None, None, None, "no_rules" if facts.member_id else "unmatched"
    for claim in rules.precedence:
        if claim == "seat":
            if home and home.volunteer_id:
                return home.volunteer_id, "volunteer", None, "seat"
        elif last := _last(claim, facts, rules.window_days):
            return last.person_id, last.role, last.referral_id, claim
    return None, None, None, "no_claim" if facts.member_id else "unmatched"


def _last(claim: Claim, facts: Facts, window_days: int) -> Referral | None:
    since = facts.paid_at - timedelta(days=window_days)
    counting: Iterable[Referral] = (
        referral for referral in facts.referrals if referral.claim == claim and since <= referral.at <= facts.paid_at
    )
    return max(counting, key=lambda referral: (referral.at, referral.referral_id), default=None)
