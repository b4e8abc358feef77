"""Mothers who are in everything: they follow, booked, registered, have a seat and are in the group."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from pond.channels import bookings, followers, notices
from pond.groups import store, store_rosters, store_seats
from pond.groups.allocation import allocate
from pond.groups.model import Request
from pond.kernel.ids import pseudonym
from pond.members import identities, registration, verification
from pond.members.model import Form, Registered
from pond.members.model_phones import Asker
from pond.programmes import service as programmes
from pond.programmes.model import Programme, pool_id
from support.cloud import ROOT, Cloud
from support.places import add_group
from support.sandbox import Sandbox


@dataclass(frozen=True)
class Mother:
    """Somebody, by everything she can be found by."""

    openid: str
    unionid: str
    external_userid: str
    phone: str
    name: str

    @property
    def follower_id(self) -> str:
        return pseudonym("openid", self.openid)

    @property
    def account_id(self) -> str:
        return pseudonym("unionid", self.unionid)

    @property
    def contact_id(self) -> str:
        return pseudonym("external_userid", self.external_userid)

    @property
    def phone_id(self) -> str:
        return pseudonym("phone", self.phone)

    def words(self) -> list[str]:
        """What must stand nowhere once she is forgotten."""
        raw = [self.openid, self.unionid, self.external_userid, self.phone, self.phone.removeprefix("+86"), self.name]
        return [*raw, self.follower_id, self.account_id, self.contact_id, self.phone_id]


@pytest.fixture
def programme(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> Callable[..., Programme]:
    """Makes a programme with a group of so many seats."""

    def make(capacity: int = 5, **changes: Any) -> Programme:
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        document |= {"programme_id": unique("p"), **changes}
        programmes.apply(document, now)
        pool = pool_id(document["programme_id"], "pregnancy")
        add_group(document["programme_id"], pool, unique("chat"), capacity, 0)
        return programmes.get(document["programme_id"])

    return make


@pytest.fixture
def mother(
    cloud: Cloud, partners: Sandbox, unique: Callable[[str], str], now: datetime, sent: list[str]
) -> Iterator[Callable[..., Mother]]:
    """Makes a mother of a programme; `inside`: she took her seat, and is in the group's roster."""

    def make(programme: Programme, inside: bool = True, seat: bool = True) -> Mother:
        number = int(unique("n")[2:], 16)
        her = Mother(
            openid=unique("oDEMO"),
            unionid=unique("union"),
            external_userid=unique("wmDEMO"),
            phone=f"+86138{number % 10**8:08}",
            name="".join(chr(0x4E00 + (number >> shift) % 20000) for shift in (0, 11, 22)),
        )
        followers.follow(her.openid, None, now)
        followers.said(her.openid, now)
        followers.link(her.follower_id, her.account_id, her.account_id)
        bookings.book(programme.programme_id, her.follower_id, None, now)
        notices.tell(her.follower_id, f"hello~{programme.programme_id}", "你好", None, "", now)
        verification.request_code(her.phone, Asker(her.account_id, her.follower_id, "192.0.2.7"), now)
        form = Form(her.name, her.phone, "pregnancy", "2027-03-09", "杭州", True, programme.consent.version)
        done = registration.register(form, sent[-1], programme, her.account_id, her.follower_id, None, now)
        assert isinstance(done, Registered)
        if seat:
            request = Request(member_id=her.account_id, programme_id=programme.programme_id, pool_id=done.pool_id)
            assert allocate([request], now) == {}
        held = store.get_seat(her.account_id, programme.programme_id)
        if inside and held and held.chat_id:
            identities.meet(her.contact_id, her.account_id)
            assert store_seats.take(held, held.chat_id, now)
            store_rosters.put(held.chat_id, her.contact_id, her.account_id, "seated", now, "code")
        return her

    yield make


@pytest.fixture
def later(now: datetime) -> datetime:
    """Some minutes after everything else."""
    return now + timedelta(minutes=10)
