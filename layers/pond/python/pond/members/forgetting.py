"""Forgetting a member: answers, numbers, accounts. The member's own account row goes last, since it leads to the rest.

Blocks stay, as they are not the person's: a blocked number or account is known as blocked, and nothing more. Forgetting
again finds nothing and changes nothing. Who registers afterwards is somebody new.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from pond.kernel.clock import china_day
from pond.kernel.errors import Transient
from pond.members import limits, store_forgetting, store_merging
from pond.members.identities import who

TRIES = 5


def forget(member_id: str, account_id: str, now: datetime) -> Counter[str]:
    """Forget a member, who came by this account.

    Raises:
        Transient: `members.contended`; do it again.
    """
    taken: Counter[str] = Counter()
    person = who(account_id)
    taken["registrations"] += _registrations(member_id)
    if person.phone_id:
        taken["phones"] += store_forgetting.drop_phone(person.phone_id, member_id)
    for each, next_one in zip(person.path, (*person.path[1:], person.member_id), strict=True):
        limits.forget(each, (china_day(now), china_day(now - timedelta(days=1))))
        taken["accounts"] += store_forgetting.drop_account(each, next_one)
    return taken


def sweep(member_ids: Collection[str], now: datetime) -> tuple[Counter[str], set[str]]:
    """Forget what no key led to: further accounts and contacts, earlier numbers, whoever was found to be one of these.
    Reads all. Also returns everybody found, these included.
    """
    taken: Counter[str] = Counter()
    everyone, new = set(member_ids), set(member_ids)
    while new:  # who was merged into one of them had accounts of their own
        found = set(store_forgetting.accounts_of(new)) - everyone
        everyone |= found
        new = found
    for phone_id, member_id in store_forgetting.phones_of(everyone):
        taken["phones"] += store_forgetting.drop_phone(phone_id, member_id)
    for account_id in sorted(everyone):
        taken["registrations"] += _registrations(account_id)
        path = who(account_id).path
        for each, next_one in zip(path, (*path[1:], path[-1]), strict=True):
            if each in everyone:
                taken["accounts"] += store_forgetting.drop_account(each, next_one)
    return taken, everyone


def _registrations(member_id: str) -> int:
    dropped = 0
    for _ in range(TRIES):
        found = store_merging.registrations_of(member_id)
        if not found:
            return dropped
        dropped += sum(store_forgetting.drop_registration(registration) for registration in found)
    raise Transient("members.contended", "registrations changed each time they were read")
