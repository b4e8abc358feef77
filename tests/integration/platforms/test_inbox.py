"""Callbacks kept once: repeated, at once, reordered; sealed; gone after their time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.kernel.errors import NotFound
from pond.kernel.sealing import seal
from pond.kernel.tables import connection
from pond.platforms import inbox, store_inbox
from pond.platforms.inbox import Callback
from support.cloud import Cloud

pytestmark = pytest.mark.usefixtures("cloud")
FIELDS: dict[str, object] = {
    "Event": "change_external_chat",
    "ChatId": "wrDEMO",
    "MemChangeList": ["wm1"],
    "Name": "某某",
}


def test_kept_and_loaded(unique: Callable[[str], str], now: datetime) -> None:
    received = inbox.receive("wecom", unique("key"), "change_external_chat", FIELDS, now)
    assert received.first and received.callback_id.startswith("wecom-")
    assert inbox.load(received.callback_id) == Callback("wecom", "change_external_chat", FIELDS, now)


def test_a_repeated_one_is_not_first_and_changes_nothing(unique: Callable[[str], str], now: datetime) -> None:
    key = unique("key")
    first = inbox.receive("wecom", key, "change_external_chat", FIELDS, now)
    again = inbox.receive("wecom", key, "other", {"x": "y"}, now + timedelta(seconds=5))
    assert (again.callback_id, again.first) == (first.callback_id, False)
    assert inbox.load(first.callback_id) == Callback("wecom", "change_external_chat", FIELDS, now)


def test_four_at_once_have_one_first(unique: Callable[[str], str], now: datetime) -> None:
    key = unique("key")
    with ThreadPoolExecutor(4) as pool:
        received = list(pool.map(lambda _: inbox.receive("wecom", key, "k", FIELDS, now), range(4)))
    assert sum(one.first for one in received) == 1
    assert len({one.callback_id for one in received}) == 1


def test_a_write_repeated_by_the_library_is_still_first(
    unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed: dict[bytes, bytes] = {}
    monkeypatch.setattr(store_inbox, "seal", lambda plain, context: sealed.setdefault(plain, seal(plain, context)))
    key = unique("key")
    assert inbox.receive("wecom", key, "k", FIELDS, now).first
    assert inbox.receive("wecom", key, "k", FIELDS, now).first  # the very same bytes: one delivery, its answer lost


def test_nothing_of_it_is_readable_in_the_table(unique: Callable[[str], str], now: datetime, cloud: Cloud) -> None:
    key = unique("oDEMOopenid")
    received = inbox.receive("official_account", key, "subscribe", {"FromUserName": key, "WelcomeCode": "W"}, now)
    raw: dict[str, Any] = connection().get_item(f"{cloud.prefix}-callbacks", received.callback_id)["Item"]
    assert key not in str(raw) and key.encode() not in raw["body"]["B"]
    assert raw["has_welcome_code"] == {"BOOL": True}
    assert raw["received_at"] == {"S": "2026-11-23T06:00:00.000Z"}
    assert raw["expires_at"] == {"N": str(int((now + timedelta(days=14)).timestamp()))}


def test_sources_do_not_meet(unique: Callable[[str], str], now: datetime) -> None:
    key = unique("key")
    assert inbox.receive("wecom", key, "k", FIELDS, now).first
    assert inbox.receive("official_account", key, "k", FIELDS, now).first


def test_what_never_came_is_not_found() -> None:
    with pytest.raises(NotFound) as error:
        inbox.load("wecom-nothing")
    assert error.value.code == "callback.not_found"
