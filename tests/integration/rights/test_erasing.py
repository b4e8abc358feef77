"""Who asked to be forgotten is found in no table, no count is wrong afterwards, and the next who waits is called."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.groups import store, store_rosters, store_seats
from pond.groups.allocation import refill
from pond.groups.invariants import check
from pond.kernel.aws import client
from pond.kernel.settings import settings
from pond.members import blocklist, identities, store_reviews
from pond.programmes.model import Programme, pool_id
from pond.rights import erasing, wishes
from pond.rights import store as store_rights
from pond.rights.model import Erasure
from support.crashes import explore
from support.traces import traces

REDELIVERY = timedelta(minutes=3)  # AWS tries again after others' leases have ended

Mothers = Callable[..., Any]
Programmes = Callable[..., Programme]


@pytest.fixture(autouse=True)
def nothing_pending(now: datetime, cloud: object) -> None:
    """Wishes of other tests are carried out."""
    erasing.erase_due(now)
    erasing.sweep_due(now)


def wish(her: Any, now: datetime) -> Erasure:
    return wishes.request(her.account_id, her.follower_id, now)


def intact(programme: Programme, at: datetime) -> None:
    pool = pool_id(programme.programme_id, "pregnancy")
    about = {pool, *(group.chat_id for group in store.groups_of(pool)), f"{programme.programme_id}~hangzhou"}
    assert [breach for breach in check(at, at) if breach.about in about] == []


def test_nothing_is_found_of_who_left_and_was_forgotten(
    programme: Programmes, mother: Mothers, now: datetime, later: datetime
) -> None:
    here = programme()
    her, other = mother(here), mother(here)
    assert set(traces(her.words())) >= {her.openid, her.follower_id, her.account_id, her.phone_id, her.contact_id}
    seat = store.get_seat(her.account_id, here.programme_id)
    assert seat and seat.chat_id
    store_seats.leave(seat, "left", now)
    store_rosters.end(store_rosters.roster(seat.chat_id)[her.contact_id], "left", now)
    asked = wish(her, later)
    assert erasing.erase_due(later) == 1
    assert erasing.sweep_due(later) == 1
    assert traces(her.words()) == {}
    receipt = wishes.receipt(asked.erasure_id)
    assert receipt and receipt.state == "done" and receipt.member_id is None
    assert dict(receipt.taken) == {
        "bookings": 1,
        "followers": 1,
        "rosters": 1,
        "seats": 1,
        "registrations": 1,
        "phones": 1,
        "accounts": 1,
    }
    assert traces(other.words()).keys() >= {other.openid, other.account_id}
    intact(here, later)


def test_who_is_still_in_the_group_is_a_stranger_there(programme: Programmes, mother: Mothers, later: datetime) -> None:
    here = programme()
    her = mother(here)
    seat = store.get_seat(her.account_id, here.programme_id)
    assert seat and seat.chat_id
    wish(her, later)
    erasing.erase_due(later)
    erasing.sweep_due(later)
    assert traces(her.words()) == {her.contact_id: {"rosters"}}
    assert store_rosters.roster(seat.chat_id)[her.contact_id].standing == "stranger"
    group = store.get_group(seat.chat_id)
    assert group and group.live_seats == 0
    intact(here, later)


def test_the_seat_goes_to_who_waits(programme: Programmes, mother: Mothers, later: datetime) -> None:
    here = programme(capacity=1)
    her, waiting, last = mother(here), mother(here), mother(here)
    pool = pool_id(here.programme_id, "pregnancy")
    wish(waiting, later)
    wish(her, later)
    erasing.erase_due(later)
    refill(pool, later)  # what seat.freed brings about
    found = store.get_seat(last.account_id, here.programme_id)
    assert found and found.state == "held"
    assert store.get_pool(pool).waiting == 0
    intact(here, later)


def test_a_quota_has_room_again(programme: Programmes, mother: Mothers, later: datetime) -> None:
    quota = {"quota_id": "hangzhou", "at_most": 1, "cities": ["杭州"], "beyond": "waitlist"}
    here = programme(admission={"quotas": [quota]})
    her, second = mother(here), mother(here, seat=False)
    assert store_reviews.counters(here.programme_id, "hangzhou") == (1, 1)
    wish(second, later)
    wish(her, later)
    erasing.erase_due(later)
    assert store_reviews.counters(here.programme_id, "hangzhou") == (0, 0)


def test_who_is_blocked_stays_blocked_and_nothing_more_is_known(
    programme: Programmes, mother: Mothers, now: datetime, later: datetime
) -> None:
    here = programme()
    her = mother(here)
    blocklist.block("phone", her.phone, "spam", now)
    wish(her, later)
    erasing.erase_due(later)
    erasing.sweep_due(later)
    assert identities.who(her.account_id).blocked and not identities.who(her.account_id).known
    left = traces(her.words())
    assert left.keys() <= {her.account_id, her.phone_id, her.contact_id}
    assert {table for where in left.values() for table in where} <= {"accounts", "phones", "blocks", "rosters"}


def test_who_came_back_before_the_night_is_left_alone(
    programme: Programmes, mother: Mothers, now: datetime, later: datetime, sent: list[str]
) -> None:
    from pond.channels import followers
    from pond.members import registration, registrations, verification
    from pond.members.model import Form
    from pond.members.model_phones import Asker

    here = programme()
    her = mother(here)
    wish(her, later)
    erasing.erase_due(later)
    again = later + timedelta(minutes=5)
    followers.visited(her.openid, again)
    verification.request_code(her.phone, Asker(her.account_id, her.follower_id, "192.0.2.7"), again)
    form = Form(her.name, her.phone, "pregnancy", "2027-03-09", "杭州", True, here.consent.version)
    registration.register(form, sent[-1], here, her.account_id, her.follower_id, None, again)
    assert erasing.sweep_due(again) == 1
    assert registrations.get(her.account_id, here.programme_id)


def test_a_crash_at_any_call(
    programme: Programmes, mother: Mothers, later: datetime, record_property: Callable[[str, object], None]
) -> None:
    here = programme(capacity=200)

    clock = {"now": later}

    def act(her: Any) -> None:
        clock["now"] += REDELIVERY
        erasing.erase_due(clock["now"])
        erasing.sweep_due(clock["now"])

    def scene() -> Any:
        act(None)
        her = mother(here)
        wish(her, clock["now"])
        return her

    crowd: list[Any] = []

    def gone(her: Any) -> None:
        crowd.append(her)
        assert not list(store_rights.pending("requested"))
        assert not list(store_rights.pending("erased"))
        intact(here, clock["now"])

    record_property("crash_points", explore(scene, act, gone))
    left = traces(word for her in crowd for word in her.words())
    assert left.keys() <= {her.contact_id for her in crowd}


def test_a_destroyed_key_leaves_nothing_to_read(
    programme: Programmes, mother: Mothers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pond.kernel import sealing
    from pond.kernel.settings import forget

    key = client("kms").create_key()["KeyMetadata"]
    monkeypatch.setenv("POND_KEY_ID", key["Arn"])
    forget()
    monkeypatch.setattr(sealing, "_held", None)
    sealed = sealing.seal("王小美".encode(), "phones/x")
    assert sealing.unseal(sealed, "phones/x").decode() == "王小美"
    client("kms").schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    sealing._unwrap.cache_clear()
    monkeypatch.setattr(sealing, "_held", None)
    assert settings().key_id == key["Arn"]
    with pytest.raises(client("kms").exceptions.ClientError):
        sealing.unseal(sealed, "phones/x")
    monkeypatch.undo()
    forget()
    sealing._held = None
