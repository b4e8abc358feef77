"""What is known of a buyer when an order is attributed: seats, registrations, channel, referrals. Read from the rooms
that know it; how it is judged stands in `model_attribution`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pond.channels import followers, links
from pond.groups import seats
from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound
from pond.members import merging
from pond.members.model import Registration
from pond.orders.model_attribution import Facts, Referral, SeatHeld
from pond.programmes import service as programmes
from pond.programmes.model_attribution import WINDOW_MAX_DAYS, Rules, rules_on
from pond.volunteers import service as volunteers


def gather(member_ids: Sequence[str], paid_at: datetime) -> Facts:
    """What is known of a member. `member_ids`: the accounts found to be theirs, the member last."""
    registrations = [one for member_id in member_ids for one in merging.registrations_of(member_id)]
    home = _home(registrations, paid_at)
    stays = (stay for member_id in member_ids for stay in seats.history(member_id))
    return Facts(
        paid_at=paid_at,
        member_id=member_ids[-1],
        programme_id=home.programme_id if home else "",
        channel_id=_channel(home),
        seats=tuple(
            SeatHeld(
                programme_id=stay.programme_id,
                chat_id=stay.chat_id,
                volunteer_id=_now(volunteers.serving(stay.chat_id, paid_at)),
                taken_at=stay.taken_at,
                ended_at=stay.ended_at,
            )
            for stay in stays
        ),
        referrals=_referrals(member_ids, paid_at),
    )


def rules_at(facts: Facts) -> dict[str, Rules]:
    """The rules of each programme the facts name, as they were on the day of payment in China."""
    day = china_day(facts.paid_at)
    found: dict[str, Rules] = {}
    for programme_id in {facts.programme_id, *(seat.programme_id for seat in facts.seats)} - {""}:
        try:
            rules = rules_on(programmes.get(programme_id).attribution, day)
        except NotFound:  # it was taken away since: nobody earns by its rules
            continue
        if rules:
            found[programme_id] = rules
    return found


def _home(registrations: Sequence[Registration], paid_at: datetime) -> Registration | None:
    """The last registration before payment, else the first after it: an order may come before its buyer."""
    before = [one for one in registrations if one.registered_at <= paid_at]
    if before:
        return max(before, key=lambda one: (one.registered_at, one.programme_id))
    return min(registrations, key=lambda one: (one.registered_at, one.programme_id), default=None)


def _channel(home: Registration | None) -> str | None:
    if home is None:
        return None
    follower = None if home.channel_id else followers.get(home.follower_id)
    return home.channel_id or (follower.channel_id if follower else None)


def _referrals(member_ids: Sequence[str], paid_at: datetime) -> tuple[Referral, ...]:
    """Tracked links that were opened, and distributors the member was bound to, before payment."""
    day, since = china_day(paid_at), paid_at - timedelta(days=WINDOW_MAX_DAYS)
    found = [
        Referral(
            claim="link",
            referral_id=one.link_id,
            person_id=volunteers.current(one.owner_id),
            role=earning[0],
            at=one.at,
        )
        for one in links.opened_by(member_ids, since, paid_at)
        if one.owner_id and (earning := volunteers.role_and_level(one.owner_id, day))
    ]
    bonds = (bond for member_id in member_ids for bond in volunteers.bonds_until(member_id, paid_at))
    found += [
        Referral(
            claim="distributor",
            referral_id=bond.person_id,
            person_id=volunteers.current(bond.person_id),
            role="distributor",
            at=bond.at,
            by_link=bond.by_link,
        )
        for bond in bonds
    ]
    return tuple(found)


def _now(volunteer_id: str | None) -> str | None:
    return volunteers.current(volunteer_id) if volunteer_id else None
