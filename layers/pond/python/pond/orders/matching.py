"""Whose an order is: its buyer's WeChat account, phone, or another order of the same buyer leads to a member.

What always holds: the first that leads to a member counts, in this sequence; what was matched stays matched. A member
who was found to be another is that other.
"""

from pond.channels import followers
from pond.members import identities, merging
from pond.members.model_accounts import Identity
from pond.orders import store_orders
from pond.orders.model_stored import Ids, StoredOrder


def buyer_of(stored: StoredOrder) -> Identity | None:
    """The member who bought, or None while nobody known did."""
    ids = stored.ids
    if ids.openid and (found := _by_account(_account_of(ids.openid))):
        return found
    if ids.phone and (owner := identities.owner_of(ids.phone)) and owner.known:
        return owner
    if found := _by_account(ids.account):
        return found
    return _sibling(stored)


def ids_of(member_id: str) -> list[Ids]:
    """By what a member's orders may be found: each account and phone they registered with, and their present phone."""
    person = identities.who(member_id)
    names = sorted({member_id, *person.path})
    registered = [one for name in names for one in merging.registrations_of(name)]
    return [
        Ids(phone=person.phone_id),
        *(Ids(account=name) for name in names),
        *(Ids(openid=it.follower_id, phone=it.phone_id, account=_account_of(it.follower_id)) for it in registered),
    ]


def _account_of(follower_id: str) -> str | None:
    follower = followers.get(follower_id)
    return follower.account_id if follower else None


def _by_account(account_id: str | None) -> Identity | None:
    person = identities.who(account_id) if account_id else None
    return person if person and person.known else None


def _sibling(stored: StoredOrder) -> Identity | None:
    """Who bought the same buyer's other orders."""
    if stored.buyer_id is None:
        return None
    others = [tid for tid in store_orders.of_buyer(stored.buyer_id) if tid != stored.tid]
    known = sorted((one for one in store_orders.several(others) if one.member_id), key=lambda one: one.tid)
    return identities.who(known[0].member_id) if known and known[0].member_id else None
