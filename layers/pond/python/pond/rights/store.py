"""The `erasures` table: one row a wish to be forgotten. What is still to do stands in the sparse index `pending`."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from pond.kernel.tables import ExpiryAttribute, Table, TimeAttribute, index, refused
from pond.rights.model import Erasure, State

KEPT = timedelta(days=3 * 365)  # a receipt: how long it can be shown that a wish was carried out


class _Row(Table):
    class Meta:
        table_name = "erasures"

    erasure_id = UnicodeAttribute(hash_key=True)
    requested_at = TimeAttribute()
    member_id = UnicodeAttribute(null=True)
    account_id = UnicodeAttribute(null=True)
    follower_id = UnicodeAttribute(null=True)
    by = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    pending = UnicodeAttribute(null=True)  # the state, until it is done
    erased_at = TimeAttribute(null=True)
    done_at = TimeAttribute(null=True)
    taken = JSONAttribute(null=True)
    expires_at = ExpiryAttribute()
    by_pending = index(
        "pending", whole=True, pending=UnicodeAttribute(hash_key=True), requested_at=TimeAttribute(range_key=True)
    )


def put(erasure: Erasure) -> bool:
    """Write a new wish; False when its id is there already."""
    row = _Row(
        erasure.erasure_id,
        requested_at=erasure.requested_at,
        member_id=erasure.member_id,
        account_id=erasure.account_id,
        follower_id=erasure.follower_id,
        by=erasure.by,
        reason=erasure.reason or None,
        state=erasure.state,
        pending=erasure.state,
        expires_at=erasure.requested_at + KEPT,
    )
    try:
        row.save(condition=_Row.erasure_id.does_not_exist())
    except PutError as error:
        if not refused(error):
            raise
        return False
    return True


def load(erasure_id: str) -> Erasure | None:
    """The wish as last written."""
    try:
        return _erasure(_Row.get(erasure_id, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def pending(state: State) -> Iterator[Erasure]:
    """The wishes that came so far and no further, the oldest first."""
    return map(_erasure, _Row.by_pending.query(state))


def advance(erasure_id: str, state: State, taken: Mapping[str, int], at: datetime) -> bool:
    """requested → erased, or erased → done, which forgets whose it was. False: it was so already."""
    actions: list[Action] = [_Row.state.set(state), _Row.taken.set(dict(taken))]
    if state == "erased":
        actions += [_Row.pending.set(state), _Row.erased_at.set(at)]
    else:
        whose = (_Row.member_id, _Row.account_id, _Row.follower_id)
        actions += [_Row.pending.remove(), _Row.done_at.set(at), *(each.remove() for each in whose)]
    try:
        _Row(erasure_id).update(actions, condition=_Row.state == ("requested" if state == "erased" else "erased"))
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def _erasure(row: _Row) -> Erasure:
    known = {name: getattr(row, name) for name in Erasure.__dataclass_fields__}
    return Erasure(**{name: value for name, value in known.items() if value is not None})
