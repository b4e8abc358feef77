"""Two members are found to be one: what one bought, whom they were bound to and whom they serve become the other's, and
nobody is reached twice for it.

Everything here bears repeating, and a chain of members link by link in any order. Whom an order counts for and what was
booked stays: that was decided when it was paid.
"""

from datetime import datetime

from pond.channels import followers
from pond.kernel.logs import count
from pond.members import identities, merging
from pond.orders import changing, rematching, store_orders, store_outreach
from pond.orders.outreach import PAID
from pond.volunteers import merging as volunteers


def merge(merged_id: str, now: datetime) -> int:
    """Give what a merged member has to who they were found to be, and look for orders that lead to them now; how many
    orders changed hands or were found.

    Raises:
        Transient: what other writers caused; do it again.
    """
    moved = 0

    def give(other: str, kept: str) -> None:
        nonlocal moved
        moved += _orders(other, kept, now)
        _reaching(other, kept)
        _tags(other, kept)
        volunteers.merge(other, kept, now)

    merging.give_in_turn(merged_id, give)
    count("OrdersMerged", moved)
    return moved + rematching.member_known(merged_id, now)


def _orders(merged: str, kept: str, now: datetime) -> int:
    tids = store_orders.of_member(merged)
    return sum(changing.change(tid, lambda stored: stored.becomes(kept, merged), now).written for tid in tids)


def _reaching(merged: str, kept: str) -> None:
    """Once per person, and never who refused: by whichever phone that was."""
    present = identities.who(kept).phone_id
    if present is None:
        return
    for phone_id in sorted(merging.phones_of(merged) - {present}):
        store_outreach.carry(phone_id, present)


def _tags(merged: str, kept: str) -> None:
    """Whoever of the two bought: all accounts they answered with say so."""
    registrations = (*merging.registrations_of(merged), *merging.registrations_of(kept))
    known = [found for one in {it.follower_id for it in registrations} if (found := followers.get(one))]
    if any(PAID in one.tags for one in known):
        for one in known:
            if PAID not in one.tags:
                followers.tag(one.follower_id, PAID)
