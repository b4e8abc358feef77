"""Whose an order is, found at payment or later, and what follows from it then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.kernel.ids import pseudonym
from pond.members.events import MemberMerged, MemberPhoneChanged, MemberRegistered
from pond.members.store_accounts import AccountRow
from pond.members.store_phones import PhoneRow
from pond.orders import nightly
from pond.orders.events import OrderMatched
from support.market import Buyer, Post, assert_balanced, entries, stored, work
from support.shop import CREATED, Sale
from support.storefront import Storefront, user

pytestmark = pytest.mark.usefixtures("dead")
Somebody = Callable[..., Buyer]


def bought(mother: Buyer, fen: int = 6_000) -> Sale:
    sale = mother.buys(fen).went("WAIT_BUYER_PAY", "TRADE_PAID")
    Post(sale.pushes()[-1]).go()
    return sale


def registered(mother: Buyer) -> dict[str, Any]:
    event = MemberRegistered(
        member_id=mother.member_id, programme_id=mother.programme_id, pool_id="p", registered_at="2024-01-01T00:00:00Z"
    )
    return {"detail-type": event.name, "detail": event.detail()}


@pytest.mark.parametrize("told", ["outer_user_id", "buyer_phone"])
def test_each_id_leads_to_the_member(somebody: Somebody, later: Any, told: str) -> None:
    mother = somebody(told)
    mother.register()
    assert stored(bought(mother)).member_id == mother.member_id


@pytest.mark.parametrize("phone", ["", "AQID$ciphertext==", "+1 555 0100", "138"])
def test_a_phone_that_is_none_matches_nobody_and_harms_nothing(somebody: Somebody, later: Any, phone: str) -> None:
    mother = somebody("yz_open_id", "buyer_phone")
    mother.register()
    mother.mobile = phone
    row = stored(bought(mother))
    assert (row.member_id, row.ids.phone, row.order.payment_fen) == (None, None, 6_000)


@pytest.mark.parametrize("told", ["outer_user_id", "buyer_phone", "yz_open_id"])
def test_who_registers_later_gets_their_order_with_all_that_follows(
    somebody: Somebody, shop: Storefront, later: Any, told: str
) -> None:
    mother = somebody(told)
    sale = bought(mother)
    shop.sells(sale)
    if told == "yz_open_id":
        shop.users.append(user(sale, unionid=mother.unionid, mobile=mother.mobile))
    work(later.take())
    assert (stored(sale).member_id, stored(sale).attribution, entries(sale)) == (None, None, [])
    mother.register()
    work([registered(mother)])
    row = stored(sale)
    assert (row.member_id, row.programme_id) == (mother.member_id, mother.programme_id)
    assert [one.amount_fen for one in entries(sale)] == [600]
    revision = row.revision
    work([registered(mother)])
    assert stored(sale).revision == revision
    assert_balanced(sale)


def test_who_comes_after_payment_is_the_buyer_but_no_group_of_theirs_sold_it(
    somebody: Somebody, later: Any, now: datetime
) -> None:
    mother = somebody("buyer_phone")
    sale = bought(mother)
    mother.register(now)
    work([registered(mother)])
    row = stored(sale)
    assert row.attribution is not None
    assert (row.member_id, row.attribution.chat_id, row.attribution.reason) == (mother.member_id, None, "no_claim")
    assert entries(sale) == []


def test_another_phone_brings_the_orders_made_with_it(somebody: Somebody, later: Any) -> None:
    mother, mobile = somebody("buyer_phone"), somebody().mobile
    mother.register()
    other = mother.buys(3_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
    other.buyer["buyer_phone"] = mobile
    Post(other.pushes()[-1]).go()
    assert stored(other).member_id is None
    phone_id = pseudonym("phone", f"+86{mobile}")
    PhoneRow(phone_id, member_id=mother.member_id, proven_by=mother.member_id, proven_at=CREATED).save()
    AccountRow(mother.member_id).update([AccountRow.phone_id.set(phone_id)])
    event = MemberPhoneChanged(member_id=mother.member_id)
    work([{"detail-type": event.name, "detail": event.detail()}])
    assert stored(other).member_id == mother.member_id


def test_two_found_to_be_one_are_the_one_who_stays(somebody: Somebody, later: Any) -> None:
    one, other = somebody(), somebody()
    one.register(seated=False)
    sale = bought(other)
    other.register()
    AccountRow(other.member_id, member_id=one.member_id, merged_at=CREATED).save()
    event = MemberMerged(kept=one.member_id, merged=other.member_id)
    work([{"detail-type": event.name, "detail": event.detail()}])
    row = stored(sale)
    assert row.attribution is not None
    assert (row.member_id, row.attribution.chat_id) == (one.member_id, other.chat_id)


def test_one_order_tells_whose_the_others_are(somebody: Somebody, later: Any) -> None:
    mother = somebody("yz_open_id")
    mother.register()
    first = bought(mother)
    mother.told = ("yz_open_id", "buyer_phone")
    second = bought(mother)
    assert (stored(first).member_id, stored(second).member_id) == (None, mother.member_id)
    event = OrderMatched(tid=second.tid, member_id=mother.member_id, programme_id="")
    work([{"detail-type": event.name, "detail": event.detail()}])
    mother.told = ("yz_open_id",)
    third = bought(mother)
    assert {stored(sale).member_id for sale in (first, third)} == {mother.member_id}


def test_the_night_finds_whom_no_event_told_of(somebody: Somebody, later: Any, now: datetime) -> None:
    mother = somebody()
    sale = bought(mother)
    mother.register()
    work([nightly.message(nightly.UNMATCHED)])
    named = [tid for message in later.take() for tid in message["detail"].get("tids", ())]
    assert sale.tid in named
    work([nightly.message(nightly.UNMATCHED, tids=[sale.tid])])
    assert stored(sale).member_id == mother.member_id


def test_a_seat_that_ended_since_is_the_home_of_what_was_paid_before(somebody: Somebody, later: Any) -> None:
    from pond.groups import seats, store_seats

    mother = somebody()
    mother.register(CREATED - timedelta(days=3))
    seat = seats.get(mother.member_id, mother.programme_id)
    assert seat is not None
    from pond.groups.store import GroupRow

    GroupRow(
        mother.chat_id,
        programme_id=mother.programme_id,
        pool_id="p",
        name="群",
        state="open",
        capacity=5,
        live_seats=1,
        fill_order=1,
        join_state="x",
        owner="staff",
    ).save()
    assert store_seats.leave(seat, "left", CREATED + timedelta(hours=1)).written
    sale = bought(mother)
    late = mother.buys(1_000)
    late.steps = [("TRADE_PAID", CREATED + timedelta(hours=2))]
    Post(late.pushes()[-1]).go()
    home, gone = stored(sale).attribution, stored(late).attribution
    assert home and gone
    assert (home.chat_id, gone.chat_id, gone.reason) == (mother.chat_id, None, "no_claim")
