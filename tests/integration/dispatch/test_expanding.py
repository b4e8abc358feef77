"""An audience is written as targets once each: for any paging, whatever a worker dies at, whoever else expands it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.broadcasts import dealing, expanding, locating, store_chunks, store_targets
from pond.broadcasts.model import Broadcast, Moved, Variant
from pond.broadcasts.model_audience import Audience, Expand, Kind, Recipient
from pond.broadcasts.model_targets import PENDING, Chunk
from support.budgets import examples
from support.cloud import Cloud
from support.crashes import WHEN, Crash, counting

Crashes = list[tuple[int, str] | None]


def audience_of(ids: list[str], page: int, short: int) -> Expand:
    """Pages of at most `page`, every `short`-th of them empty, as pages of a filter may be."""

    def expand(
        programme_id: str, audience: Audience, kind: Kind, after: str | None, limit: int, now: datetime
    ) -> tuple[list[Recipient], str | None]:
        start, empty = map(int, (after or "0 0").split(" "))
        if empty == 0 and start % short == 0:
            return [], f"{start} 1"
        end = min(len(ids), start + min(page, limit))
        found = [Recipient(one, kind) for one in ids[start:end]]
        return found, None if end == len(ids) else f"{end} 0"

    return expand


def broadcast(broadcast_id: str, shares: list[int], now: datetime) -> Broadcast:
    return Broadcast(
        broadcast_id=broadcast_id,
        programme_id="programme",
        variants=tuple(Variant(content_id=f"c{n}", version=1, share_bp=share) for n, share in enumerate(shares)),
        audience=Audience(everybody=True),
        route="account",
        due_at=now,
        source="ana",
        state="dispatching",
        created_at=now,
    )


@pytest.mark.parametrize("racing", [False, True])
def test_each_once(cloud: Cloud, unique: Callable[[str], str], now: datetime, racing: bool) -> None:
    @settings(max_examples=examples(12), suppress_health_check=[HealthCheck.too_slow])
    @given(
        count=st.integers(0, 260),
        page=st.integers(1, 120),
        short=st.integers(1, 4),
        shares=st.sampled_from([[10_000], [5_000, 5_000], [1_000, 2_000]]),
        crashes=st.lists(st.none() | st.tuples(st.integers(0, 12), st.sampled_from(WHEN)), max_size=8),
    )
    def check(count: int, page: int, short: int, shares: list[int], crashes: Crashes) -> None:
        ids = [f"member{number}" for number in range(count)]
        here = broadcast(unique("broadcast"), shares, now)
        plain = audience_of(ids, page, short)

        def raced(*asked: object) -> tuple[list[Recipient], str | None]:
            expanding.sheets(here, now, 1, plain)  # somebody else writes the next sheet just before
            return plain(*asked)  # type: ignore[arg-type]

        expand = raced if racing else plain
        planned: Crashes = [*crashes, *[None] * 400]
        for crash in planned:
            try:
                with counting(*crash) if crash else counting():  # type: ignore[arg-type]
                    if expanding.sheets(here, now, 3, expand):
                        break
            except Crash:
                continue
        else:
            raise AssertionError("never done")
        sheets = list(store_targets.sheets(here.broadcast_id))
        assert [one.recipient_id for sheet in sheets for one in sheet.targets] == ids
        assert [sheet.number for sheet in sheets] == list(range(len(sheets)))
        _dealt_once(here, ids, now)

    check()


def test_who_was_moved_is_expanded_once_into_what_follows(
    cloud: Cloud, unique: Callable[[str], str], now: datetime
) -> None:
    @settings(max_examples=examples(12), suppress_health_check=[HealthCheck.too_slow])
    @given(
        marks=st.lists(st.text(st.sampled_from("sTTKQX"), min_size=1, max_size=130), min_size=1, max_size=4),
        crashes=st.lists(st.none() | st.tuples(st.integers(0, 12), st.sampled_from(WHEN)), max_size=6),
    )
    def check(marks: list[str], crashes: Crashes) -> None:
        here = broadcast(unique("broadcast"), [10_000], now)
        moved = []
        for number, letters in enumerate(marks):
            ids = [f"m{number}-{place}" for place in range(len(letters))]
            store_targets.put_list(here.broadcast_id, f"c{number}", ids)
            store_chunks.put(Chunk(broadcast_id=here.broadcast_id, chunk_id=f"c{number}", variant=0, marks=letters))
            moved += [one for one, mark in zip(ids, letters, strict=True) if mark == "T"]
        moving = Moved(of=here.broadcast_id, per="day", origin_id=here.broadcast_id, meant_at=now)
        following = replace(here, broadcast_id=unique("broadcast"), moved=moving)
        planned: Crashes = [*crashes, *[None] * 20]
        for crash in planned:
            try:
                with counting(*crash) if crash else counting():  # type: ignore[arg-type]
                    if expanding.sheets(following, now, 2):
                        break
            except Crash:
                continue
        else:
            raise AssertionError("never done")
        sheets = store_targets.sheets(following.broadcast_id)
        assert [one.recipient_id for sheet in sheets for one in sheet.targets] == moved

    check()


def _dealt_once(here: Broadcast, ids: list[str], now: datetime) -> None:
    """Everyone with a version is in one chunk, and dealing again writes nothing else."""
    for _ in range(2):
        dealing.deal(here, now)
    chunks = list(store_chunks.of(here.broadcast_id))
    dealt = Counter(one for chunk in chunks for one in locating.recipients(chunk))
    with_version = [
        one.recipient_id for sheet in store_targets.sheets(here.broadcast_id) for one in sheet.targets if not one.reason
    ]
    assert dealt == Counter(with_version)
    assert all(chunk.marks == PENDING * len(locating.recipients(chunk)) for chunk in chunks)
    assert set(dealt.values()) <= {1}
    assert set(dealt) <= set(ids)
