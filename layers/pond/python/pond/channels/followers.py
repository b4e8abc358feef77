"""People at the official account: who follows, through which channel, and how many messages they may be sent.

Callbacks may come twice and in any order: every function has the effect of once, in the order of `at`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pond.channels import store_followers as store
from pond.channels.model import ACTED_MESSAGES, ACTED_WINDOW, SAID_MESSAGES, SAID_WINDOW, Follower, Heard
from pond.kernel.ids import pseudonym


def follower_id(openid: str) -> str:
    """The pseudonym that stands for an openid."""
    return pseudonym("openid", openid)


def follow(openid: str, channel_id: str | None, at: datetime) -> str:
    """They follow since `at`, through that channel's code if any. The follower's id."""
    return acted(openid, at, channel_id).follower_id


def acted(openid: str, at: datetime, channel_id: str | None = None, cause: str | None = None) -> Follower:
    """They followed, scanned (a channel's code) or clicked in the menu: three messages may go to them in a minute.
    `cause` is the callback that says so; it is kept in the same write, and the follower's `heard` then, unless it comes
    late."""
    return _heard(openid, Heard(follower_id(openid), at, ACTED_MESSAGES, at + ACTED_WINDOW, channel_id, cause))


def said(openid: str, at: datetime) -> str:
    """They wrote to the account: five messages may go to them within 48 hours. The follower's id."""
    return wrote(openid, at).follower_id


def wrote(openid: str, at: datetime) -> Follower:
    """As `said`, for who needs the follower."""
    return _heard(openid, _writing(openid, at))


def booked(follower: Follower, programme_id: str, number: int, at: datetime | None) -> bool:
    """Make `number` their place in the programme, if they have none. `at`: they have just written for it, and did not
    count as having written yet."""
    if at:
        if store.hear(follower.openid, _writing(follower.openid, at), (programme_id, number)):
            return True
        wrote(follower.openid, at)
    return store.set_number(follower.follower_id, programme_id, number)


def unfollow(openid: str, at: datetime) -> str:
    """They left the account at `at`; an older follow heard later does not bring them back. The follower's id."""
    name = visited(openid, at)
    store.raise_unfollowed(name, at)
    return name


def visited(openid: str, now: datetime) -> str:
    """They opened a page and WeChat told who they are, whether they follow or not. The follower's id."""
    name = follower_id(openid)
    if store.glance(name) is None:
        store.ensure(name, openid)
    return name


def link(follower_id: str, account_id: str, member_id: str) -> None:
    """Note which WeChat account and member a follower is, if it is not known yet."""
    held = store.glance(follower_id)
    if held is None or (held.account_id, held.member_id) != (account_id, member_id):
        store.set_member(follower_id, account_id, member_id)


def tag(follower_id: str, name: str) -> bool:
    """Tag somebody; False when they have the tag, or are not known."""
    return store.add_tag(follower_id, name)


def set_quiet(follower_id: str, at: datetime | None) -> None:
    """They want no messages of ours but those they wait for, since then; None: they take them again."""
    store.set_quiet(follower_id, at)


def ask(follower_id: str, account_id: str, name: str, today: date, at_most: int, names_at_most: int) -> bool:
    """Count one more code that a WeChat account asks for on this China day, for the phone of that name (a pseudonym);
    False when it is one, or one phone, too many. The same write notes whose the follower is: a code is the first thing
    a newcomer asks for in their account's name."""
    return store.ask(follower_id, account_id, name, today.isoformat(), at_most, names_at_most)


def unask(follower_id: str, today: date) -> None:
    """Take back one code that was counted for nothing."""
    store.unask(follower_id, today.isoformat())


def get(follower_id: str) -> Follower | None:
    """The follower as last written."""
    return store.load(follower_id)


def glance(follower_id: str) -> Follower | None:
    """The follower as written a moment ago at the latest: for what a second look or a refused write puts right."""
    return store.glance(follower_id)


def several(follower_ids: Iterable[str]) -> Iterator[Follower]:
    """Those of the followers who are known, as written a moment ago at the latest."""
    return store.several(follower_ids)


def of_second_accounts() -> Iterator[Follower]:
    """Followers whose account is not the one their member is known by, by a scan: never where somebody waits."""
    return store.of_second_accounts()


def _writing(openid: str, at: datetime) -> Heard:
    return Heard(follower_id(openid), at, SAID_MESSAGES, at + SAID_WINDOW)


def _heard(openid: str, heard: Heard) -> Follower:
    noted = store.hear(openid, heard)
    if noted:
        return noted
    # a repeated or a late one: whatever of it is still news, each by its own time
    store.raise_following(heard.follower_id, heard.at)
    if heard.channel_id:
        store.raise_channel(heard.follower_id, heard.channel_id, heard.at)
    store.raise_allowance(heard.follower_id, heard.messages, heard.until)
    held = store.load(heard.follower_id)
    assert held is not None  # something as late stood there
    return held
