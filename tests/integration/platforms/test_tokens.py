"""Tokens kept in one place: how many times a partner is asked, by how many at once, and what stands in the table."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from pond.kernel import clock
from pond.kernel.aws import client
from pond.kernel.tables import connection
from pond.platforms import store_tokens, tokens
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from pond.platforms.tokens import Fetched
from support.cloud import Cloud

pytestmark = pytest.mark.usefixtures("cloud")


class Source:
    """A partner's token endpoint that counts, and can be slow, failing, or stubborn."""

    def __init__(self, seconds: int = 7200, wait: float = 0) -> None:
        self.calls = 0
        self.seconds, self.wait = seconds, wait
        self.error: Exception | None = None
        self.fixed: str | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Fetched:
        with self._lock:
            self.calls += 1
            number = self.calls
        time.sleep(self.wait)
        if self.error:
            raise self.error
        return Fetched(self.fixed or f"token-{number}", self.seconds)


@pytest.fixture
def family(unique: Callable[[str], str]) -> Iterator[str]:
    tokens.forget()
    yield unique("wecom/corp")
    tokens.forget()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock on."""
    start = clock.now()

    def move(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=seconds))

    return move


def test_fetched_once_and_then_held(family: str) -> None:
    source = Source()
    assert [tokens.token(family, source) for _ in range(3)] == ["token-1"] * 3
    tokens.forget()  # as in another process
    assert tokens.token(family, source) == "token-1"
    assert source.calls == 1


def test_the_table_holds_no_readable_token(family: str, cloud: Cloud) -> None:
    tokens.token(family, Source())
    raw = connection().get_item(f"{cloud.prefix}-tokens", family)["Item"]
    assert set(raw) == {"token_id", "token", "expires_at", "renewed_by"}
    assert b"token-1" not in raw["token"]["B"]


def test_renewed_five_minutes_before_the_end(family: str, later: Callable[[float], None]) -> None:
    source = Source(seconds=7200)
    tokens.token(family, source)
    later(7200 - 310)
    assert tokens.token(family, source) == "token-1"
    later(7200 - 290)
    assert tokens.token(family, source) == "token-2"


def test_a_hundred_at_once_ask_once(family: str) -> None:
    source = Source(wait=0.3)
    with ThreadPoolExecutor(12) as pool:
        got = set(pool.map(lambda _: tokens.token(family, source), range(24)))
    assert (got, source.calls) == ({"token-1"}, 1)


def test_while_one_renews_the_others_use_the_old_one(family: str, later: Callable[[float], None]) -> None:
    tokens.token(family, Source())
    tokens.forget()
    later(7000)
    slow = Source(wait=1)
    slow.fixed = "new"
    with ThreadPoolExecutor(2) as pool:
        renewer = pool.submit(tokens.token, family, slow)
        while not slow.calls:
            time.sleep(0.01)
        begun = time.monotonic()
        assert tokens.token(family, slow) == "token-1"
        assert time.monotonic() - begun < 0.8
        assert renewer.result() == "new"
    assert slow.calls == 1


def test_a_refused_token_is_replaced_once_for_all(family: str) -> None:
    source = Source(wait=0.1)
    stale = tokens.token(family, source)
    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(lambda _: tokens.renew(family, stale, source), range(8)))
    assert (got, source.calls) == ({"token-2"}, 2)
    assert tokens.token(family, source) == "token-2"


def test_a_partner_that_insists_on_its_token_is_not_asked_again_and_again(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_WAIT_SECONDS", 0.2)
    source = Source()
    source.fixed = "same"
    tokens.token(family, source)
    assert tokens.renew(family, "same", source) == "same"
    with pytest.raises(PartnerBusy):
        tokens.renew(family, "same", source)
    assert source.calls == 2


def test_after_a_failed_fetch_others_wait_for_the_lease_to_end(
    family: str, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_WAIT_SECONDS", 0.2)
    source = Source()
    source.error = PartnerRefused("wecom", 40001, Meaning.CONFIGURATION)
    with pytest.raises(PartnerRefused):
        tokens.token(family, source)
    with pytest.raises(PartnerBusy) as error:
        tokens.token(family, source)
    assert (error.value.partner, source.calls) == ("wecom", 1)
    source.error = None
    later(11)
    assert tokens.token(family, source) == "token-2"


def test_whoever_lost_the_lease_does_not_overwrite(family: str, now: datetime) -> None:
    end = now + timedelta(hours=2)
    assert store_tokens.lease(family, "first", now, now + timedelta(seconds=10), None)
    assert not store_tokens.lease(family, "second", now, now + timedelta(seconds=10), None)
    late = now + timedelta(seconds=11)
    assert store_tokens.lease(family, "second", late, late + timedelta(seconds=10), None)
    store_tokens.keep(family, "second", store_tokens.Kept("second's", end))
    store_tokens.keep(family, "first", store_tokens.Kept("first's", end))
    assert store_tokens.read(family) == store_tokens.Kept("second's", end)


def test_a_lease_is_not_given_on_what_was_replaced_meanwhile(family: str, now: datetime) -> None:
    seen = store_tokens.Kept("old", now + timedelta(minutes=4))
    assert store_tokens.lease(family, "a", now, now, None)
    store_tokens.keep(family, "a", store_tokens.Kept("new", now + timedelta(hours=2)))
    assert not store_tokens.lease(family, "b", now, now + timedelta(seconds=10), seen)
    assert not store_tokens.lease(family, "b", now, now + timedelta(seconds=10), None)


def test_a_token_that_cannot_be_unsealed_is_replaced(family: str, unique: Callable[[str], str], cloud: Cloud) -> None:
    other = unique("wecom/other")
    tokens.token(other, Source())
    table = f"{cloud.prefix}-tokens"
    row = connection().get_item(table, other)["Item"]
    client("dynamodb").put_item(TableName=table, Item={**row, "token_id": {"S": family}})
    source = Source()
    source.fixed = "fresh"
    assert tokens.token(family, source) == "fresh"
