"""Who an order counts for. All the rules are on this page; a programme sets their order and their window.

1. The buyer's *home* is the seat they held when they paid, the one taken last if there are several. It gives the
   programme, the group and the group's volunteer. Without a seat the programme is that of their registration.
2. The *channel* is the one that brought the member, wherever they live now.
3. The *earner* is the first who claims the order, in the programme's `precedence`:
   "link": whoever owns the tracked link that was opened last, within `window_days` before payment; "distributor": the
   one to whom the buyer was bound at payment; "seat": the volunteer of the home. Who is not listed earns nothing.
   Bonds are gone through by time. One that a person made takes over; one made by opening a distributor's link counts if
   the programme has `bonds`, and takes over if no other is in force, or the programme lets the last one hold. A bond is
   in force for the `days` of `bonds` (none: for good), or without `bonds` for `window_days`.
4. What was attributed stays attributed, with the version of the rules and the reason: nothing here asks again.

What always holds: the same facts and rules give the same answer, in whatever sequence the facts are listed; what came
after payment counts for nothing.
"""

from collections.abc import Mapping
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
    """The buyer opened somebody's tracked link, or was bound to a distributor. `referral_id` names link or bond;
    `by_link`: the bond was made by opening a link, not by a person."""

    claim: Literal["link", "distributor"]
    referral_id: str
    person_id: str
    role: Role
    at: datetime
    by_link: bool = False


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
        elif found := (_last_link(facts, rules) if claim == "link" else _bond(facts, rules)):
            return found.person_id, found.role, found.referral_id, claim
    return None, None, None, "no_claim" if facts.member_id else "unmatched"


def _last_link(facts: Facts, rules: Rules) -> Referral | None:
    since = facts.paid_at - timedelta(days=rules.window_days)
    return next((one for one in reversed(_before("link", facts)) if since <= one.at), None)


def _bond(facts: Facts, rules: Rules) -> Referral | None:
    """Who holds at payment, of the bonds by time."""
    days = rules.bonds.days if rules.bonds else rules.window_days

    def in_force(bond: Referral | None, at: datetime) -> bool:
        return bond is not None and (days is None or at <= bond.at + timedelta(days=days))

    held: Referral | None = None
    for one in _before("distributor", facts):
        takes_over = not one.by_link
        if one.by_link and rules.bonds:
            takes_over = rules.bonds.holds == "last" or not in_force(held, one.at)
        held = one if takes_over else held
    return held if in_force(held, facts.paid_at) else None


def _before(claim: Claim, facts: Facts) -> list[Referral]:
    """The referrals of a kind up to payment, by time."""
    found = (one for one in facts.referrals if one.claim == claim and one.at <= facts.paid_at)
    return sorted(found, key=lambda one: (one.at, not one.by_link, one.referral_id))
