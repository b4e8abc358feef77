"""What follows in this room when two members were found to be one: answers and followers become the one's.

The accounts and phones did when the phone was proven (`verification.prove`), in one write. Here everything bears
repeating; seats are the room `groups`'.
"""

from pond.channels import followers
from pond.members import identities, store_merging
from pond.members.model import Registration


def path(member_id: str) -> tuple[str, ...]:
    """The members found to be one, from this one to the one who stands for all."""
    return identities.who(member_id).path


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
