"""Places for people."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import yaml

from pond.channels import followers
from pond.groups import setup
from pond.groups.model import Request
from pond.members.model import Registration
from pond.members.store import add_registration
from pond.programmes import service as programmes
from pond.programmes.model import pool_id
from support.cloud import ROOT, Cloud
from support.places import Place, add_group
from support.sandbox import Sandbox
from support.towns import NOW, Town


@pytest.fixture
def make_place(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> Callable[..., Place]:
    """Makes a programme with `groups` groups of `capacity` seats each."""

    def make(groups: int, capacity: int, fill_order: str = "one_by_one", **changes: object) -> Place:
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        document |= {"programme_id": unique("programme"), "fill_order": fill_order, **changes}
        programmes.apply(document, now)
        pool = pool_id(document["programme_id"], "pregnancy")
        chat_ids = tuple(unique("chat") for _ in range(groups))
        for order, chat_id in enumerate(chat_ids):
            add_group(document["programme_id"], pool, chat_id, capacity, order)
        return Place(document["programme_id"], pool, chat_ids)

    return make


@pytest.fixture
def town(make_place: Callable[..., Place], partners: Sandbox) -> Callable[..., Town]:
    """Makes a town with so many groups."""

    def make(groups: int, capacity: int = 5) -> Town:
        empty = make_place(groups=0, capacity=capacity)
        partners.do("POST", "/staff", {"userid": "ana", "name": "安娜"})
        chats = [partners.do("POST", "/groups", {"name": f"孕期 {n} 群", "owner": "ana"}) for n in range(groups)]
        for order, chat in enumerate(chats):
            later = NOW + timedelta(seconds=order)
            setup.import_group(chat["chat_id"], empty.programme_id, "pregnancy", capacity, later)
        place = Place(empty.programme_id, empty.pool_id, tuple(chat["chat_id"] for chat in chats))
        return Town(place, partners, asked_before=groups)

    return make


@pytest.fixture
def registered(unique: Callable[[str], str], now: datetime) -> Callable[[Place], Request]:
    """Makes somebody who follows the account and registered; what they are given a seat by."""

    def make(place: Place) -> Request:
        account_id, member_id = unique("account"), unique("member")
        openid = unique("openid")
        follower_id = followers.follow(openid, None, now)
        followers.said(openid, now)
        followers.link(follower_id, account_id, member_id)
        add_registration(
            Registration(
                member_id=member_id,
                programme_id=place.programme_id,
                pool_id=place.pool_id,
                stage_id="pregnancy",
                city="杭州",
                consent_version="2026-11",
                consented_at=now,
                registered_at=now,
                follower_id=follower_id,
            )
        )
        return place.request(member_id)

    return make
