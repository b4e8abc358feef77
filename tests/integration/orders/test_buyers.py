"""Who paid on a day: each member once, whatever the paging, of this programme and stretch of time only."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.orders import reading, store_orders
from pond.orders.model_attribution import Attribution
from pond.orders.model_order import Order
from pond.orders.model_stored import StoredOrder
from support.budgets import examples
from support.cloud import Cloud

DAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # midnight in China, of the 24th
MINUTE = timedelta(minutes=1)
PAID = st.tuples(st.integers(0, 5), st.integers(-60, 25 * 60), st.booleans())


@given(
    paid=st.lists(PAID, max_size=20),
    since=st.integers(0, 1400),
    length=st.integers(1, 600),
    limit=st.integers(1, 9),
)
@settings(max_examples=examples(15), suppress_health_check=list(HealthCheck))
def test_each_buyer_is_found_once(
    cloud: Cloud,
    unique: Callable[[str], str],
    paid: list[tuple[int, int, bool]],
    since: int,
    length: int,
    limit: int,
) -> None:
    programme_id, members = unique("programme"), defaultdict(list)
    for member, minutes, ours in paid:
        at = DAY + minutes * MINUTE
        store_orders.write(
            StoredOrder(
                order=Order(tid=unique("E"), paid_at=at),
                revision=1,
                member_id=f"m{member}",
                attribution=_counts_for(programme_id if ours else "another"),
            ),
            None,
        )
        if ours and (at + timedelta(hours=8)).date().isoformat() == "2026-11-24":
            members[f"m{member}"].append(minutes)
    until = min(since + length, 24 * 60)
    found, after, going_on = list[str](), None, True
    while going_on:
        page, after = reading.buyers_between(
            programme_id, DAY.date() + timedelta(days=1), DAY + since * MINUTE, DAY + until * MINUTE, after, limit
        )
        found += page
        going_on = after is not None
    assert found == sorted(name for name, minutes in members.items() if any(since <= one < until for one in minutes))


def _counts_for(programme_id: str) -> Attribution:
    return Attribution(
        programme_id=programme_id,
        chat_id=None,
        volunteer_id=None,
        channel_id=None,
        earner_id=None,
        earner_role=None,
        referral_id=None,
        rules_version=1,
        reason="no_claim",
    )
