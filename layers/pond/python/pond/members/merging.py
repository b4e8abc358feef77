"""What follows in this room when two members were found to be one: answers and followers become the one's.

The accounts and phones did when the phone was proven (`verification.prove`), in one write. Here everything bears
repeating; seats are the room `groups`'.
"""

from collections.abc import Callable

from pond.channels import followers
from pond.kernel.errors import Transient
from pond.members import identities, store_accounts, store_merging
from pond.members.model import Registration

_TRIES = 12


def path(member_id: str) -> tuple[str, ...]:
    """The members found to be one, from this one to the one who stands for all."""
    return identities.who(member_id).path


def give_in_turn(merged: str, give: Callable[[str, str], None]) -> None:
    """Let `give` hand what each member on the way has to who stands for all, as (merged, kept), until nobody was merged
    on meanwhile: who is merged after that look finds all that was just given to them.

    Raises:
        Transient: `merging.contended`; what `give` raises.
    """
    way = path(merged)
    for _ in range(_TRIES):
        *others, kept = way
        for other in others:
            give(other, kept)
        followed, way = way, path(merged)
        if followed == way:
            return
    raise Transient("merging.contended", "the member was merged on each time")


def phones_of(member_id: str) -> set[str]:
    """The phones of a member from before they were merged: the one they had then, and those they registered with."""
    found = (store_accounts.get(member_id).phone_id, *(one.phone_id for one in registrations_of(member_id)))
    return {phone_id for phone_id in found if phone_id}


def registrations_of(member_id: str) -> list[Registration]:
    """What a member answered, in whatever programmes, before they were merged or after."""
    return store_merging.registrations_of(member_id)


def move_registrations(merged: str, kept: str) -> None:
    """Make the answers of `merged` those of `kept`, who keeps their own where they have some."""
    for registration in store_merging.registrations_of(merged):
        if registration.standing != "merged":
            store_merging.move(registration, kept)
        follower = followers.get(registration.follower_id)
        if follower and follower.account_id:
            followers.link(follower.follower_id, follower.account_id, kept)
