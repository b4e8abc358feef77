"""People at the official account: who follows, through which channel, and how many messages they may be sent.

Callbacks may come twice and in any order: every function has the effect of once, in the order of `at`.
"""

from datetime import datetime

from pond.channels import store_followers as store
from pond.channels.model import ACTED_MESSAGES, ACTED_WINDOW, SAID_MESSAGES, SAID_WINDOW, Follower
from pond.kernel.ids import pseudonym


def follower_id(openid: str) -> str:
    """The pseudonym that stands for an openid."""
    return pseudonym("openid", openid)


def follow(openid: str, channel_id: str | None, at: datetime) -> str:
    """They follow since `at`, through that channel's code if any. The follower's id."""
    return acted(openid, at, channel_id)


def acted(openid: str, at: datetime, channel_id: str | None = None) -> str:
    """They scanned (a channel's code) or clicked in the menu: three messages may go to them within a minute."""
    name = visited(openid, at)
    store.raise_following(name, at)
    if channel_id:
        store.raise_channel(name, channel_id, at)
    store.raise_allowance(name, ACTED_MESSAGES, at + ACTED_WINDOW)
    return name


def said(openid: str, at: datetime) -> str:
    """They wrote to the account: five messages may go to them within 48 hours. The follower's id."""
    name = visited(openid, at)
    store.raise_following(name, at)
    store.raise_allowance(name, SAID_MESSAGES, at + SAID_WINDOW)
    return name


def unfollow(openid: str, at: datetime) -> str:
    """They left the account at `at`; an older follow heard later does not bring them back. The follower's id."""
    name = visited(openid, at)
    store.raise_unfollowed(name, at)
    return name


def visited(openid: str, now: datetime) -> str:
    """They opened a page and WeChat told who they are, whether they follow or not. The follower's id."""
    name = follower_id(openid)
    store.ensure(name, openid)
    return name


def link(follower_id: str, account_id: str, member_id: str) -> None:
    """Note which WeChat account and member a follower is."""
    store.set_member(follower_id, account_id, member_id)


def get(follower_id: str) -> Follower | None:
    """The follower as last written."""
    return store.load(follower_id)
