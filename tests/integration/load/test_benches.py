"""The benches' claims at a small size: counts and costs, never how long anything takes."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from load import broadcast, burst, callbacks, journey, routes, stub, units, ways
from load.places import prepare
from pond.broadcasts.model import ROUTES
from pond.groups.store import SeatRow
from pond.kernel.aws import client
from support.cloud import Cloud

PEOPLE = 200
WRITES_A_TARGET = 8  # of twenty: their share of what a broadcast costs as such is large


@pytest.fixture(scope="module")
def partner(cloud: Cloud) -> Iterator[stub.Stub]:
    """One stub for these tests, as all partners."""
    with stub.running() as started:
        yield started


@pytest.fixture(scope="module")
def crowd(cloud: Cloud) -> Iterator[ProcessPoolExecutor]:
    """Workers for the burst."""
    with burst.workers(2) as pool:
        yield pool


def test_a_burst_breaks_nothing(crowd: ProcessPoolExecutor) -> None:
    result = burst.run(crowd, "pond", PEOPLE)
    assert (result.over, result.double, result.lost, result.drift, result.breaches) == (0, 0, 0, 0, [])
    assert (result.held, result.waiting) == (160, 40)


def test_with_room_for_everybody_everybody_has_a_seat(crowd: ProcessPoolExecutor) -> None:
    result = burst.run(crowd, "seats", PEOPLE)
    assert (result.over, result.double, result.lost, result.drift, result.breaches) == (0, 0, 0, 0, [])
    assert (result.held, result.waiting) == (PEOPLE, 0)


def test_a_seat_costs_little_more_than_a_put_and_a_half(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now().astimezone()
    served = ways.serve("pond", prepare(1, 180, now), [f"m{number:025}" for number in range(burst.BATCH)])
    assert served.units.written / burst.BATCH <= burst.UNITS_AT_MOST


def test_a_journey_keeps_to_its_budget(partner: stub.Stub) -> None:
    used = journey.travel(partner)
    assert used.written / journey.PEOPLE <= journey.WRITES_AT_MOST, journey.table(used, journey.PEOPLE)
    assert used.read / journey.PEOPLE <= journey.READS_AT_MOST, journey.table(used, journey.PEOPLE)


def test_callbacks_count_once_however_they_come(partner: stub.Stub) -> None:
    with callbacks.workers(2) as pool:
        facts = callbacks.repeats(pool, partner) + callbacks.joins(pool, partner, 12)
        reads = callbacks.reads(pool, partner, (20, 600))
    told = callbacks.table([facts[0], facts[1], *reads])
    assert facts[0].holds and facts[1].holds and reads[0].holds, told


def test_a_broadcast_keeps_to_its_quota_and_its_units(cloud: Cloud) -> None:
    with broadcast.place() as here, broadcast.tight():
        _planning, _handed, units_used, paid, marks = broadcast.to_groups(here, groups=40, owners=10)
        broadcast.to_members(here.elsewhere(), 200, scanned=True)
        few, many = broadcast.to_members(here.elsewhere(), 200), broadcast.to_members(here.elsewhere(), 1_000)
    holds = broadcast.verdict(units_used, paid, marks, 40, few, many)
    assert paid.most(broadcast.CREATE) > 2  # the quota was felt
    assert [what for what, right in holds.items() if not right and "groups" not in what] == []


def test_a_broadcast_by_each_route_reaches_everybody_at_a_few_units_a_target(cloud: Cloud) -> None:
    with broadcast.place() as here:
        found = routes.measure(here, 20)["routes"]
    assert set(found) == set(ROUTES)
    for route, counts in found.items():
        assert counts["write_units"] / counts["people"] <= WRITES_A_TARGET, route


def test_units_are_counted_by_dynamodbs_rules(cloud: Cloud) -> None:
    table, key = f"{cloud.prefix}-seats", {"member_id": {"S": "counted"}, "programme_id": {"S": "p"}}
    dynamodb = client("dynamodb")

    def used(operation: str, **request: Any) -> tuple[float, float]:
        with units.counting() as counted:
            getattr(dynamodb, operation)(**request)
        return counted.written, counted.read

    item = key | {"pool_id": {"S": "x" * 1500}}
    assert used("put_item", TableName=table, Item=item) == (2, 0)
    twice = [{"Put": {"TableName": table, "Item": item}}]
    assert used("transact_write_items", TransactItems=twice) == (4, 0)
    assert used("get_item", TableName=table, Key=key) == (0, 0.5)
    assert used("get_item", TableName=table, Key=key, ConsistentRead=True) == (0, 1)
    item |= {"pool_id": {"S": "x" * 9000}}
    dynamodb.put_item(TableName=table, Item=item)
    assert used("get_item", TableName=table, Key=key, ConsistentRead=True) == (0, 3)
    asked = {table: {"Keys": [key, key | {"programme_id": {"S": "none"}}], "ConsistentRead": True}}
    assert used("batch_get_item", RequestItems=asked) == (0, 4)
    with units.counting() as counted, pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(member_id)")
    assert counted.written == 1
    dynamodb.delete_item(TableName=table, Key=key)
    assert SeatRow.count("counted") == 0
