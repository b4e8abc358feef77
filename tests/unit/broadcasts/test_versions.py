"""Versions on parts of an audience: the parts and the rest are everyone once, and chance wins nothing."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.broadcasts.model import Broadcast, Variant, variant_of
from pond.broadcasts.model_audience import Audience, Person, matches
from pond.broadcasts.model_figures import Figures, Result
from pond.broadcasts.model_versions import Measured, winner
from pond.broadcasts.testing import measured_by, rest_of
from pond.kernel.errors import Refused

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def tried(shares: list[int]) -> Broadcast:
    return Broadcast(
        broadcast_id="b1",
        programme_id="yutang",
        variants=tuple(Variant(content_id=f"c{n}", version=1, share_bp=share) for n, share in enumerate(shares)),
        audience=Audience(everybody=True),
        route="account",
        due_at=NOW,
        source="王芳",
        state="sent",
        created_at=NOW,
    )


@given(st.lists(st.integers(1, 1_500), min_size=1, max_size=5), st.integers(0, 10_000))
def test_the_rest_is_exactly_who_got_no_version(shares: list[int], first: int) -> None:
    test = tried(shares)
    rest = rest_of(test, test.variants[0], NOW + timedelta(days=1))
    for number in range(first, first + 50):
        member_id = f"m{number}"
        in_rest = matches(rest.audience, Person(member_id=member_id, stage="pregnancy"))
        assert in_rest == (variant_of(test.broadcast_id, test.variants, member_id) is None)
    assert rest.variants == (Variant(content_id="c0", version=1, share_bp=10_000),)


def test_a_test_on_everyone_has_no_rest() -> None:
    with pytest.raises(Refused, match=r"broadcast\.no_rest"):
        rest_of(tried([5_000, 5_000]), tried([5_000, 5_000]).variants[0], NOW)


def test_a_clear_difference_wins_and_a_small_one_does_not() -> None:
    assert winner([Measured(1, 1_000, 30), Measured(2, 1_000, 60), Measured(3, 1_000, 20)]) == Measured(2, 1_000, 60)
    assert winner([Measured(1, 1_000, 30), Measured(2, 1_000, 36)]) is None
    assert winner([Measured(1, 99, 0), Measured(2, 1_000, 500)]) is None
    assert winner([Measured(1, 1_000, 0), Measured(2, 1_000, 0)]) is None
    assert winner([Measured(1, 1_000, 500)]) is None


def test_versions_that_do_the_same_rarely_win() -> None:
    dice = random.Random(7)
    won = 0
    for _ in range(300):
        measured = [Measured(n, 500, sum(dice.random() < 0.05 for _ in range(500))) for n in (1, 2)]
        won += winner(measured) is not None
    assert won <= 30  # 5 % are to be expected


def test_of_a_member_who_passed_the_link_on_no_more_than_those_told_count() -> None:
    found = Result(versions={"c0~1": Figures(sent=100, opened=130), "c1~1": Figures(sent=200, opened=20)})
    measured = measured_by(tried([5_000, 5_000]), found, list(found.versions), "opened")
    assert measured == [Measured(0, 100, 100), Measured(1, 200, 20)]
    assert winner(measured) == measured[0]


def test_a_group_counts_once_however_many_of_it_did_it() -> None:
    test = replace(tried([5_000, 5_000]), route="wecom_group")
    chats = [f"chat{number}" for number in range(40)]
    whose = {chat: variant_of(test.broadcast_id, test.variants, chat) for chat in chats}
    loud = [chat for chat in chats if whose[chat] == 0][:3]
    found = Result(versions={"c0~1": Figures(sent=20, opened=900), "c1~1": Figures(sent=20, opened=1)})
    found.groups = {chat: Figures(sent=1, opened=300 if chat in loud else 0) for chat in chats}
    found.groups["unheard"] = Figures(sent=0, opened=5)
    assert measured_by(test, found, list(found.versions), "opened") == [Measured(0, 20, 3), Measured(1, 20, 0)]
