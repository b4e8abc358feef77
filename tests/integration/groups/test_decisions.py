"""What this room makes of registrations that do not stand accepted at once: kinds kept apart, decisions told, nobody
seated too early."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from pond.groups import greeting, holds, repair, seats, store
from pond.groups.allocation import allocate
from pond.groups.invariants import check
from pond.groups.model import Request
from pond.kernel.tables import iso
from pond.members import reviews
from pond.members import store as members
from pond.members.events import RegistrationDecided
from pond.members.model import Registration
from pond.programmes import service as programmes
from support.cloud import ROOT, Cloud
from support.places import add_group

SHOPS: dict[str, Any] = yaml.safe_load((ROOT / "infra/demo/shops.yaml").read_text())
HOUR = timedelta(hours=1)


@pytest.fixture
def programme_id(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> str:
    """A programme for people in trade, with a group of sellers."""
    name = unique("p")
    programmes.apply(SHOPS | {"programme_id": name}, now)
    add_group(name, f"{name}~sellers", f"{name}-chat", 5, 0)
    return name


@pytest.fixture
def register(programme_id: str, unique: Callable[[str], str], now: datetime) -> Callable[..., Registration]:
    """Registers somebody."""

    def make(**more: Any) -> Registration:
        said: dict[str, Any] = {
            "member_id": unique("member"),
            "programme_id": programme_id,
            "pool_id": f"{programme_id}~sellers",
            "stage_id": "trade",
            "city": "上海",
            "consent_version": "2026-11",
            "consented_at": now,
            "registered_at": now,
            "follower_id": unique("follower"),
            "answers": {"identity": "seller", "years": "new"},
            "kind": "seller",
        }
        return members.add_registration(Registration(**(said | more)))

    return make


def request(one: Registration) -> Request:
    return Request(member_id=one.member_id, programme_id=one.programme_id, pool_id=one.pool_id)


def breaches(programme_id: str, now: datetime, about: str) -> list[str]:
    mine = (about, programme_id, f"{programme_id}-chat")
    return [breach.rule for breach in check(now, now) if breach.about.startswith(mine)]


def test_kinds_that_must_not_mix_are_found_in_one_group(
    programme_id: str, register: Callable[..., Registration], now: datetime
) -> None:
    one, other = register(), register(kind="store")
    assert allocate([request(one), request(other)], now) == {}
    assert breaches(programme_id, now, one.member_id) == ["mixing"]


def test_only_the_accepted_are_due_a_seat_and_from_then_on(
    programme_id: str, register: Callable[..., Registration], now: datetime
) -> None:
    accepted, reviewed, refused = register(), register(standing="review"), register(standing="refused")
    later = now + HOUR
    assert breaches(programme_id, later, accepted.member_id) == ["lost"]
    repair.seat_the_forgotten(later)
    assert [store.get_seat(one.member_id, programme_id) is not None for one in (accepted, reviewed, refused)] == [
        True,
        False,
        False,
    ]
    reviews.accept(reviewed.member_id, programme_id, "林", "", later)
    assert breaches(programme_id, later, reviewed.member_id) == []  # accepted just now
    repair.seat_the_forgotten(later + HOUR)
    assert store.get_seat(reviewed.member_id, programme_id) is not None


def test_who_asked_again_and_was_not_heard_is_seated_by_night(
    programme_id: str, register: Callable[..., Registration], now: datetime
) -> None:
    one, later = register(), now + HOUR
    assert allocate([request(one)], now) == {}
    assert holds.expire_due(later) >= 1
    assert seats.ask_again(one.member_id, programme_id, later)  # and the event of it is lost
    repair.seat_the_forgotten(later + timedelta(minutes=1))
    assert seats.my_seat(one.member_id, programme_id, later).state == "requested"  # the queue's own tries come first
    assert breaches(programme_id, later + HOUR, one.member_id) == ["lost"]
    repair.seat_the_forgotten(later + HOUR)
    assert seats.my_seat(one.member_id, programme_id, later).state == "held"
    assert breaches(programme_id, later + HOUR, one.member_id) == []


def test_a_decision_is_told_in_the_programmes_words(
    programme_id: str, register: Callable[..., Registration], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str, str, Mapping[str, str]]] = []

    def tell(follower_id: str, notice_id: str, text: str, template: Mapping[str, str], url: str, now: datetime) -> str:
        said.append((follower_id, notice_id, text, template))
        return "told"

    monkeypatch.setattr("pond.groups.greeting.notices.tell", tell)
    one = register(standing="review")
    reviews.refuse(one.member_id, programme_id, "林", "电话打不通", now)
    event = RegistrationDecided(
        member_id=one.member_id, programme_id=programme_id, standing="refused", decided_at=iso(now)
    )
    assert greeting.tell_decision(event, now) == "told"
    ((follower_id, notice_id, text, template),) = said
    assert (follower_id, notice_id) == (one.follower_id, f"decided~{programme_id}~{iso(now)}")
    assert "这次没能通过：电话打不通" in text and "电话打不通" not in str(template)
    reviews.accept(one.member_id, programme_id, "林", "", now)
    assert greeting.tell_decision(event, now) == "unreachable"  # overtaken: the later decision is told instead
    assert len(said) == 1
