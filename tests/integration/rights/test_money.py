"""Who is forgotten leaves no trace in links, bonds, outreach and sums; what was bought still counts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.channels import links
from pond.channels.model_links import NOWHERE, Link, Opened, Opener
from pond.orders import changing, outreach, store_outreach, sums
from pond.orders.model_outreach import Task
from pond.orders.model_pushes import read_detail
from pond.rights import erasing, wishes
from pond.volunteers import service as volunteers
from support import market
from support.shop import CREATED
from support.traces import traces


@pytest.fixture(autouse=True)
def nothing_pending(now: datetime, cloud: object) -> None:
    erasing.erase_due(now)
    erasing.sweep_due(now)


def test_nothing_is_found_of_who_was_forgotten(
    programme: Callable[..., Any], mother: Callable[..., Any], now: datetime, later: datetime
) -> None:
    her, seller = mother(programme()), "d-who-sells"
    volunteers.add(seller, "distributor", "bronze", now)
    volunteers.bind(her.account_id, seller, now)
    link_id = links.make(Link(target="https://pond.example/p/mothers", owner_id=her.account_id[:6]), now)
    opener = Opener(person_id=her.account_id, follower_id=her.follower_id)
    links.follow(links.url(link_id).rsplit("/", 1)[1], opener, now)
    task = Task(
        person_id=her.phone_id,
        tid="E1",
        member_id=her.account_id,
        programme_id="p",
        route="call",
        state="waiting",
        due_at=now,
        changed_at=now,
    )
    assert store_outreach.plan(task, now, timedelta(days=30))
    wishes.request(her.account_id, her.follower_id, later)
    assert erasing.erase_due(later) == 1
    assert erasing.sweep_due(later) == 1
    tables = {table for found in traces(her.words()).values() for table in found}
    assert tables <= {"rosters"}  # who is still in the group is a stranger there
    assert links.figures(link_id) == {NOWHERE: Opened(people=1, opens=1)}


def test_that_somebody_must_not_be_reached_outlives_them(
    programme: Callable[..., Any], mother: Callable[..., Any], now: datetime, later: datetime
) -> None:
    her = mother(programme())
    outreach.refuse(her.phone_id, "complained", "ops", now)
    wishes.request(her.account_id, her.follower_id, later)
    erasing.erase_due(later)
    assert store_outreach.refusal(her.phone_id) is not None


def test_an_order_still_counts_without_its_buyer(now: datetime) -> None:
    buyer = market.buyer(market.apply_programme(now))
    member_id = buyer.register()
    sale = buyer.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    changing.told([read_detail(sale.full())], now)
    sums.count(sale.tid, now)
    assert traces([member_id])[member_id] >= {"sums", "counted"}
    changing.change(sale.tid, lambda stored: stored.forgets_its_buyer(now), now)
    sums.count(sale.tid, now)
    assert not traces([member_id])[member_id] & {"sums", "counted"}
    day = CREATED.date().replace(day=2)
    report = sums.report("group", buyer.chat_id, day, day)
    assert (report.total.revenue_fen, report.buyers) == (8_900, 1)
