"""Forgetting a person who asked for it: at once wherever a key leads to, by night wherever one has to search.

Each room forgets what is its own, so that doing it all again after a crash finishes it and counts nothing wrong. What
the law wants kept (orders) stays without the person. What is not forgotten: sealed callbacks (for their 14 days), older
backups (until they end), and blocks, which name a number or an account by its pseudonym and nothing else.
"""

from collections import Counter
from datetime import datetime
from time import sleep

from pond.broadcasts import forgetting as broadcasts
from pond.channels import followers
from pond.channels import forgetting as channels
from pond.groups import forgetting as groups
from pond.kernel.errors import Transient
from pond.kernel.logs import count, logger
from pond.members import forgetting as members
from pond.members import identities, merging
from pond.orders import forgetting as orders
from pond.rights import store
from pond.rights.model import Erasure
from pond.volunteers import forgetting as volunteers


def erase_due(now: datetime) -> int:
    """Carry out what was asked for, wherever keys lead; returns how many wishes. One that others' writes hold up now is
    carried out the next time."""
    done = 0
    for erasure in list(store.pending("requested")):
        try:
            taken = erase(erasure, now)
        except Transient as error:
            logger.warning("erasure held up", extra={"erasure_id": erasure.erasure_id, "code": error.code})
            continue
        if store.advance(erasure.erasure_id, "erased", taken, now):
            count("ErasureErased")
            done += 1
    return done


def erase(erasure: Erasure, now: datetime) -> Counter[str]:
    """Let each room forget; how many rows of which table that took.

    Raises:
        Transient: somebody else was writing; do it again.
    """
    account_id = erasure.account_id or ""
    member_id = erasure.member_id or account_id
    found = {registration.follower_id for registration in merging.registrations_of(member_id)}
    taken: Counter[str] = Counter()
    for follower_id in sorted(found | ({erasure.follower_id} if erasure.follower_id else set())):
        follower = followers.get(follower_id)
        if follower and follower.member_id in (None, member_id, account_id):
            taken += channels.forget(follower_id)
    taken += channels.forget_opens({member_id, account_id})
    taken += groups.forget(member_id, now, sleep)
    for known_as in {member_id, account_id}:
        taken += volunteers.forget(known_as)
    taken += broadcasts.forget(member_id)
    if phone_id := identities.who(member_id).phone_id:  # before the room that knows it forgets it
        taken += orders.forget(phone_id)
    taken += members.forget(member_id, account_id, now)
    return +taken


def sweep_due(now: datetime) -> int:
    """Search all tables for who was erased, and end their wishes; returns how many. By night: it reads everything.

    Who registered again since is somebody new under the same pseudonym, and is left alone.
    """
    due = list(store.pending("erased"))
    gone = [one for one in due if one.member_id and not identities.who(one.member_id).known]
    if gone:
        taken, everyone = members.sweep({one.member_id or "" for one in gone}, now)
        taken += channels.sweep(everyone, {one.follower_id for one in gone if one.follower_id})
        taken += groups.sweep(everyone, now, sleep)
        taken += orders.sweep(everyone, now)
        taken += broadcasts.sweep(everyone)
        for member_id in sorted(everyone):
            taken += groups.forget(member_id, now, sleep)
        logger.info("erasures swept", extra={"wishes": len(gone), "rows": dict(taken)})
    for one in due:
        store.advance(one.erasure_id, "done", one.taken, now)
    count("ErasureDone", len(due))
    return len(due)
