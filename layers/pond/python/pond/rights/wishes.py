"""A wish to be forgotten: written down at once, carried out by the caretaker (`erasing`), shown as a receipt."""

import secrets
from datetime import datetime

from pond.kernel.ids import new_id
from pond.kernel.logs import count
from pond.members import identities
from pond.rights import store
from pond.rights.model import Erasure


def request(account_id: str, follower_id: str | None, now: datetime, by: str = "person", reason: str = "") -> Erasure:
    """Write the wish of the person behind an account down; the caretaker carries it out within a minute or two."""
    erasure = Erasure(
        erasure_id=new_id(now, secrets.randbits(80)),
        requested_at=now,
        member_id=identities.member_of(account_id),
        account_id=account_id,
        follower_id=follower_id,
        by=by,
        reason=reason,
    )
    store.put(erasure)
    count("ErasureRequested")
    return erasure


def receipt(erasure_id: str) -> Erasure | None:
    """What became of a wish; no more than when, by whom and how many rows once it is done."""
    return store.load(erasure_id)
