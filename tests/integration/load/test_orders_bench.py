"""The orders' bench at a small size: what must hold, never how long anything takes."""

from load import orders
from support.cloud import Cloud

SALES = 60
WRITES_TO_KEEP, WRITES_TO_TAKE, READS_TO_TAKE = 3.0, 3.5, 4.5  # units a push


def test_orders_that_come_shuffled_and_repeated_are_booked_and_counted_to_the_fen(cloud: Cloud) -> None:
    with orders.workers(2) as pool:
        result = orders.run(pool, SALES)
    wrong = [what for what, holds in orders.verdict(result).items() if not holds]
    assert wrong == [], [*result.breaches[:3], *result.off[:3]]
    kept, taken = result.units["ack"], result.units["take"]
    assert kept.written / result.pushes <= WRITES_TO_KEEP
    assert taken.written / result.pushes <= WRITES_TO_TAKE
    assert taken.read / result.pushes <= READS_TO_TAKE
