"""Orders survive a crash at any call: done again, everything is there once and the ledger balances."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.orders import lookups, reconciliation, rematching, store_marks
from support.crashes import explore
from support.market import Buyer, Post, assert_balanced, entries, stored
from support.shop import CREATED, WAY, Sale
from support.storefront import Storefront, user

pytestmark = pytest.mark.usefixtures("dead")
Somebody = Callable[..., Buyer]
Record = Callable[[str, object], None]


def paid(somebody: Somebody, *told: str, register: bool = True) -> tuple[Buyer, Sale]:
    mother = somebody(*told)
    if register:
        mother.register()
    return mother, mother.buys(8_000, 2_000).went("WAIT_BUYER_PAY", "TRADE_PAID")


def amounts(sale: Sale) -> list[int]:
    assert_balanced(sale)
    return [one.amount_fen for one in entries(sale)]


def test_booking_what_was_paid(somebody: Somebody, later: Any, record_property: Record) -> None:
    def scene() -> tuple[Sale, Post]:
        _, sale = paid(somebody)
        post = Post(sale.pushes()[-1])
        post.knock()
        return sale, post

    def settled(here: tuple[Sale, Post]) -> None:
        assert (amounts(here[0]), stored(here[0]).revision) == ([1_000], 1)

    record_property("crash_points", explore(scene, lambda here: here[1].work(), settled))


def test_taking_back_what_was_refunded(somebody: Somebody, later: Any, record_property: Record) -> None:
    def scene() -> tuple[Sale, Post]:
        _, sale = paid(somebody)
        Post(sale.pushes()[-1]).go()
        post = Post(sale.refund_pushes("R1", 2_000, sale.items[1][0])[3])
        post.knock()
        return sale, post

    def settled(here: tuple[Sale, Post]) -> None:
        assert amounts(here[0]) == [1_000, -200]

    record_property("crash_points", explore(scene, lambda here: here[1].work(), settled))


def test_parking_what_is_too_much(somebody: Somebody, later: Any, record_property: Record) -> None:
    def scene() -> tuple[Sale, Post]:
        _, sale = paid(somebody)
        Post(sale.pushes()[-1]).go()
        post = Post(sale.refund_pushes("R1", 90_000, "")[3])
        post.knock()
        return sale, post

    def settled(here: tuple[Sale, Post]) -> None:
        row = stored(here[0])
        assert (amounts(here[0]), row.parked_reason, row.revision) == ([1_000], "order.refund_too_large", 2)

    record_property("crash_points", explore(scene, lambda here: here[1].work(), settled))


def test_what_is_missing_is_always_asked_for(somebody: Somebody, later: Any, record_property: Record) -> None:
    def scene() -> tuple[Sale, Post]:
        mother, _ = paid(somebody)
        sale = mother.buys(4_000).went(*WAY)
        post = Post(sale.pushes()[-1])
        post.knock()
        return sale, post

    def settled(here: tuple[Sale, Post]) -> None:
        asked = [message["detail"]["tid"] for message in later.take()]
        assert here[0].tid in asked

    record_property("crash_points", explore(scene, lambda here: here[1].work(), settled))


def test_asking_the_shop(
    somebody: Somebody, shop: Storefront, later: Any, now: datetime, record_property: Record
) -> None:
    def scene() -> Sale:
        mother, _ = paid(somebody, "yz_open_id")
        sale = mother.buys(8_000, 2_000).went(*WAY)
        sale.refunds.append((f"R-{sale.tid}", 2_000, sale.items[1][0]))
        shop.sells(sale)
        shop.users.append(user(sale, unionid=mother.unionid))
        Post(sale.pushes()[2]).go()
        return sale

    def settled(sale: Sale) -> None:
        assert sum(amounts(sale)) == 800
        assert stored(sale).to_ask == ()

    points = explore(scene, lambda sale: lookups.look(sale.tid, now, anyway=True), settled)
    record_property("crash_points", points)


def test_a_buyer_who_becomes_known(somebody: Somebody, later: Any, now: datetime, record_property: Record) -> None:
    def scene() -> tuple[Buyer, list[Sale]]:
        mother, sale = paid(somebody, register=False)
        other = mother.buys(3_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
        for one in (sale, other):
            Post(one.pushes()[-1]).go()
        mother.register()
        return mother, [sale, other]

    def settled(here: tuple[Buyer, list[Sale]]) -> None:
        assert [amounts(sale) for sale in here[1]] == [[1_000], [300]]

    points = explore(scene, lambda here: rematching.member_known(here[0].member_id, now), settled)
    record_property("crash_points", points)


def test_reconciliation(somebody: Somebody, shop: Storefront, later: Any, record_property: Record) -> None:
    at = CREATED + timedelta(minutes=67)

    def scene() -> list[Sale]:
        mother, lost = paid(somebody)
        half = mother.buys(3_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
        Post(half.pushes()[-1]).go()
        half.refunds.append((f"R-{half.tid}", 1_000, ""))
        shop.sales.clear()
        shop.sells(lost, half)
        store_marks._Row(reconciliation.MARK, read_through=CREATED + timedelta(minutes=5)).save()
        return [lost, half]

    def settled(sales: list[Sale]) -> None:
        assert [amounts(sale) for sale in sales] == [[1_000], [300, -100]]
        assert store_marks.read(reconciliation.MARK) == at - reconciliation.LAG

    record_property("crash_points", explore(scene, lambda _: reconciliation.reconcile(at), settled))
