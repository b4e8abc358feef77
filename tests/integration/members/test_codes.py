"""Asking for a code: limits hold however it is asked, and a code that may have arrived can be used."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from pond.channels import followers
from pond.kernel.ids import pseudonym
from pond.members import blocklist, limits, store_phones
from pond.members.model import CodeRefused
from pond.members.model_phones import Asker
from pond.members.verification import Proven, prove, request_code
from support.people import Person, Vendor

MINUTE = timedelta(seconds=60)


def try_code(person: Person, code: str, now: datetime) -> object:
    return prove(pseudonym("phone", person.phone), code, person.account_id, b"sealed", now)


def test_a_code_is_sent_to_the_phone_and_proves_it(
    person: Callable[..., Person], vendor: Vendor, now: datetime
) -> None:
    one = person()
    assert one.ask(now, "013579") == "sent"
    assert vendor.sent == [(one.phone, "013579")]
    assert try_code(one, "013579", now + MINUTE) == Proven(one.account_id)


def test_a_made_up_code_has_six_digits(person: Callable[..., Person], vendor: Vendor, now: datetime) -> None:
    one = person()
    assert request_code(one.phone, one.asker("192.0.2.1"), now).state == "sent"
    code = vendor.sent[0][1]
    assert len(code) == 6
    assert code.isdigit()


def test_what_is_no_phone_is_said_so(person: Callable[..., Person], vendor: Vendor, now: datetime) -> None:
    assert person("110").ask(now) == "invalid"
    assert vendor.sent == []


def test_the_next_code_waits_a_minute(person: Callable[..., Person], vendor: Vendor, now: datetime) -> None:
    one = person()
    assert one.ask(now) == "sent"
    again = request_code(one.phone, one.asker(), now + timedelta(seconds=20))
    assert (again.state, again.wait_seconds) == ("too_soon", 40)
    assert one.ask(now + MINUTE) == "sent"
    assert len(vendor.sent) == 2


def test_asked_at_once_one_code_is_sent(person: Callable[..., Person], vendor: Vendor, now: datetime) -> None:
    one = person()
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda number: one.ask(now, f"{number:06}"), range(8)))
    assert sorted(states) == ["sent"] + ["too_soon"] * 7
    assert try_code(one, vendor.sent[0][1], now) == Proven(one.account_id)


def test_a_phone_gets_five_codes_a_china_day(person: Callable[..., Person], now: datetime) -> None:
    one = person()
    assert [one.ask(now + number * MINUTE) for number in range(6)] == ["sent"] * 5 + ["too_many"]
    next_china_day = now.replace(hour=16)
    assert one.ask(next_china_day - MINUTE) == "too_many"
    assert one.ask(next_china_day) == "sent"


def test_an_address_gets_so_many_codes_a_day_whatever_the_phones(
    person: Callable[..., Person],
    vendor: Vendor,
    unique: Callable[[str], str],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "DAILY_PER_ADDRESS", 5 * limits.STEP)
    address, other = unique("address"), unique("address")
    taken = [limits.take_code("p", person().asker(address), now, lambda: 0.0) for _ in range(6)]
    assert [one is not None for one in taken] == [True] * 5 + [False]
    assert limits.take_code("p", person().asker(address), now, lambda: 0.99) is None  # this process knows
    assert limits.take_code("p", person().asker(address), now + timedelta(days=1), lambda: 0.0)
    for _ in range(9):  # who is not drawn counts for nothing
        assert limits.take_code("p", person().asker(other), now, lambda: 0.99)
    assert limits.take_code("p", person().asker(other), now, lambda: 0.0)
    assert vendor.sent == []


def test_what_was_counted_of_an_address_is_given_back(
    person: Callable[..., Person], unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DAILY_PER_ADDRESS", limits.STEP)
    address = unique("address")
    taken = limits.take_code("p", person().asker(address), now, lambda: 0.0)
    assert taken
    limits.give_back(taken)
    assert limits.take_code("p", person().asker(address), now, lambda: 0.0)
    assert limits.take_code("p", person().asker(address), now, lambda: 0.0) is None


def test_an_account_gets_ten_codes_a_day(
    person: Callable[..., Person], unique: Callable[[str], str], now: datetime
) -> None:
    account = unique("account")
    phones = [person().phone for _ in range(3)]
    asked = [(phone, now + number * MINUTE) for number in range(4) for phone in phones]
    follower_id = followers.visited(account, now)
    states = [request_code(phone, Asker(account, follower_id, unique("address")), at).state for phone, at in asked]
    assert states == ["sent"] * 10 + ["too_many"] * 2


def test_an_account_gets_codes_for_three_phones_a_day(
    person: Callable[..., Person], vendor: Vendor, unique: Callable[[str], str], now: datetime
) -> None:
    account = unique("account")
    asker = Asker(account, followers.visited(account, now), account)
    phones = [person().phone for _ in range(4)]
    assert [request_code(phone, asker, now).state for phone in phones] == ["sent"] * 3 + ["too_many"]
    assert request_code(phones[0], asker, now + MINUTE).state == "sent"
    assert len(vendor.sent) == 4
    assert request_code(phones[3], asker, now.replace(hour=16)).state == "sent"


def test_a_phone_gets_codes_from_three_accounts_a_day(
    person: Callable[..., Person], vendor: Vendor, now: datetime
) -> None:
    first = person()
    people = [first, *(person(first.phone) for _ in range(3))]
    states = [one.ask(now + number * MINUTE) for number, one in enumerate(people)]
    assert states == ["sent"] * 3 + ["too_many"]
    assert len(vendor.sent) == 3


def test_the_first_code_notes_whose_follower_somebody_is(person: Callable[..., Person], now: datetime) -> None:
    one = person()
    assert one.ask(now) == "sent"
    follower = followers.get(one.follower_id)
    assert follower and (follower.account_id, follower.member_id) == (one.account_id, one.account_id)
    followers.link(one.follower_id, one.account_id, "another")  # found to be another meanwhile
    assert one.ask(now + MINUTE) == "sent"
    follower = followers.get(one.follower_id)
    assert follower and follower.member_id == "another"


def test_asking_too_soon_costs_nothing_of_the_day(person: Callable[..., Person], now: datetime) -> None:
    one = person()
    assert one.ask(now) == "sent"
    assert {one.ask(now + timedelta(seconds=1)) for _ in range(25)} == {"too_soon"}
    assert one.ask(now + MINUTE) == "sent"


def test_a_code_whose_sending_is_unknown_can_be_used(
    person: Callable[..., Person], vendor: Vendor, now: datetime
) -> None:
    one, vendor.cut = person(), True
    outcome = request_code(one.phone, one.asker(), now, "246810")
    assert (outcome.state, outcome.wait_seconds) == ("unknown", 60)
    assert len(vendor.sent) == 1
    assert try_code(one, "246810", now) == Proven(one.account_id)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("FailedOperation.PhoneNumberInBlacklist", "refused"),
        ("InternalError", "refused"),
        ("LimitExceeded.PhoneNumberDailyLimit", "too_many"),
    ],
)
def test_a_code_that_was_not_sent_is_not_counted(
    person: Callable[..., Person], vendor: Vendor, now: datetime, answer: str, state: str
) -> None:
    one, vendor.answer = person(), answer
    assert one.ask(now) == state
    assert try_code(one, "246810", now) == CodeRefused("not_asked")
    vendor.answer = "Ok"
    assert [one.ask(now + number * MINUTE) for number in range(6)] == ["sent"] * 5 + ["too_many"]


def test_a_wrong_code_may_be_followed_by_the_right_one_five_tries_in_all(
    person: Callable[..., Person], now: datetime
) -> None:
    one = person()
    one.ask(now)
    assert [try_code(one, "000000", now) for _ in range(4)] == [CodeRefused("wrong", left) for left in (4, 3, 2, 1)]
    assert try_code(one, "246810", now) == Proven(one.account_id)


def test_after_five_wrong_codes_the_right_one_is_refused_until_a_new_one(
    person: Callable[..., Person], now: datetime
) -> None:
    one = person()
    one.ask(now)
    assert [try_code(one, "000000", now) for _ in range(5)][-1] == CodeRefused("wrong", 0)
    assert try_code(one, "246810", now) == CodeRefused("used_up")
    one.ask(now + MINUTE, "135791")
    assert try_code(one, "246810", now + MINUTE) == CodeRefused("wrong", 4)
    assert try_code(one, "135791", now + MINUTE) == Proven(one.account_id)


def test_guesses_made_at_once_are_all_counted(person: Callable[..., Person], now: datetime) -> None:
    one = person()
    one.ask(now)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: try_code(one, f"{number:06}", now), range(16)))
    assert sum(result != CodeRefused("used_up") for result in results) == 5
    assert try_code(one, "246810", now) == CodeRefused("used_up")


def test_a_code_lives_five_minutes(person: Callable[..., Person], now: datetime) -> None:
    one = person()
    one.ask(now)
    assert try_code(one, "246810", now + 5 * MINUTE) == CodeRefused("expired")


def test_only_who_asked_can_use_a_code(person: Callable[..., Person], now: datetime) -> None:
    one = person()
    one.ask(now)
    assert try_code(person(one.phone), "246810", now) == CodeRefused("not_asked")


def test_a_proven_row_is_never_left_to_expire(person: Callable[..., Person], now: datetime) -> None:
    one = person()
    phone_id = pseudonym("phone", one.phone)
    one.ask(now)
    assert store_phones.PhoneRow.get(phone_id).expires_at is not None
    try_code(one, "246810", now)
    assert store_phones.PhoneRow.get(phone_id).expires_at is None
    one.ask(now + MINUTE)
    assert store_phones.PhoneRow.get(phone_id).expires_at is None


def test_a_blocked_phone_gets_no_code(person: Callable[..., Person], vendor: Vendor, now: datetime) -> None:
    one = person()
    blocklist.block("phone", one.phone, "spam", now)
    assert one.ask(now) == "refused"
    assert vendor.sent == []
    blocklist.unblock("phone", one.phone)
    assert one.ask(now) == "sent"
