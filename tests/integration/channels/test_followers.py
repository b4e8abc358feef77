"""Followers' standing is the same in whatever order, and how often, callbacks come."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pond.channels import followers
from pond.channels.model import Follower
from support.budgets import examples
from support.cloud import Cloud

SECOND = timedelta(seconds=1)


def _get(follower_id: str) -> Follower:
    follower = followers.get(follower_id)
    assert follower is not None
    return follower


def test_who_follows_through_a_code_has_its_channel(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> None:
    openid = unique("openid")
    follower = _get(followers.follow(openid, "video", now))
    assert (follower.following, follower.channel_id, follower.openid) == (True, "video", openid)
    assert (follower.allowance, follower.allowance_until) == (3, now + timedelta(minutes=1))
    assert openid not in follower.follower_id


def test_the_code_used_last_decides_even_when_heard_first(
    cloud: Cloud, unique: Callable[[str], str], now: datetime
) -> None:
    openid = unique("openid")
    followers.acted(openid, now + SECOND, "poster")
    assert _get(followers.follow(openid, "video", now)).channel_id == "poster"


def test_an_unfollow_older_than_the_last_follow_changes_nothing(
    cloud: Cloud, unique: Callable[[str], str], now: datetime
) -> None:
    openid = unique("openid")
    followers.follow(openid, None, now + SECOND)
    assert _get(followers.unfollow(openid, now)).following
    assert not _get(followers.unfollow(openid, now + 2 * SECOND)).following


def test_a_message_allows_five_within_two_days_and_a_repeat_no_more(
    cloud: Cloud, unique: Callable[[str], str], now: datetime
) -> None:
    openid = unique("openid")
    follower = _get(followers.said(openid, now))
    assert (follower.allowance, follower.allowance_until) == (5, now + timedelta(hours=48))
    followers.acted(openid, now + SECOND)
    assert _get(follower.follower_id).allowance == 5


def test_a_visitor_is_known_without_following(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> None:
    follower = _get(followers.visited(unique("openid"), now))
    assert not follower.following
    followers.link(follower.follower_id, "account", "member")
    assert _get(follower.follower_id).member_id == "member"


def test_nobody_knows_who_never_came(cloud: Cloud) -> None:
    assert followers.get("nobody") is None


@pytest.mark.usefixtures("cloud")
@hypothesis_settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_order_and_any_repeats_end_in_the_same_standing(
    data: st.DataObject, unique: Callable[[str], str], now: datetime
) -> None:
    kinds = data.draw(st.lists(st.sampled_from(["follow", "unfollow", "scan", "say"]), min_size=1, max_size=4))
    history = [(kind, now + n * SECOND) for n, kind in enumerate(kinds)]
    shuffled = data.draw(st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=2))))

    def hear(events: list[tuple[str, datetime]]) -> tuple[object, ...]:
        openid = unique("openid")
        for kind, at in events:
            match kind:
                case "follow":
                    followers.follow(openid, f"c{at.second}", at)
                case "unfollow":
                    followers.unfollow(openid, at)
                case "scan":
                    followers.acted(openid, at, f"c{at.second}")
                case _:
                    followers.said(openid, at)
        follower = _get(followers.follower_id(openid))
        return follower.following, follower.channel_id, follower.allowance, follower.allowance_until

    assert hear(list(shuffled)) == hear(history)
