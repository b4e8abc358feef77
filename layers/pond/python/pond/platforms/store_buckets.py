"""The table `buckets`: up to when each rate of each call is taken, one number a row."""

from datetime import UTC, datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, refused

_KEPT_FOR = timedelta(days=2)  # longer than any window


class _BucketRow(Table):
    class Meta:
        table_name = "buckets"

    bucket_id = UnicodeAttribute(hash_key=True)
    taken_until_us = IntegerAttribute()  # epoch microseconds
    expires_at = ExpiryAttribute()


def take(bucket_id: str, now_us: int, cost_us: int, ahead_us: int) -> int:
    """Occupy `cost_us` if the bucket then is taken no further than `ahead_us` from now: 0, or the microseconds until
    it may be asked again.

    The usual take is one write without a read, and two at once don't refuse each other: each adds to what it finds.
    """
    expires_at = datetime.fromtimestamp((now_us + ahead_us) // 1_000_000, UTC) + _KEPT_FOR
    taken, expiry = _BucketRow.taken_until_us, _BucketRow.expires_at.set(expires_at)
    latest = now_us + ahead_us - cost_us
    if _write(bucket_id, [taken.add(cost_us), expiry], taken.between(now_us, latest)):
        return 0
    if _write(bucket_id, [taken.set(now_us + cost_us), expiry], taken.does_not_exist() | (taken < now_us)):
        return 0
    return max(_read(bucket_id, now_us) - latest, 1)


def _read(bucket_id: str, otherwise: int) -> int:
    try:
        return _BucketRow.get(bucket_id, consistent_read=True).taken_until_us
    except _BucketRow.DoesNotExist:
        return otherwise


def _write(bucket_id: str, actions: list[Action], condition: Condition) -> bool:
    try:
        _BucketRow(bucket_id).update(actions=actions, condition=condition)
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True
