"""Routes and their counts, against the plainest way of saying them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pond.channels.model import Follower
from pond.insights.model import ROUTES, Route, Tally, routes_of
from pond.insights.model_backups import Manifest, Part, backup_name, from_document, is_backup_name, part_key
from pond.programmes.model_reader import _ID

_EPOCH = datetime(2026, 11, 23, tzinfo=UTC)
_TIMES = st.none() | st.integers(0, 4).map(lambda hours: _EPOCH + timedelta(hours=hours))
_ROUTES = st.frozensets(st.sampled_from(ROUTES))


@st.composite
def _followers(draw: st.DrawFn) -> Follower:
    return Follower(
        follower_id="f",
        openid="o",
        channel_id=None,
        following_at=draw(_TIMES),
        unfollowed_at=draw(_TIMES),
        unreachable_at=draw(_TIMES),
        allowance=0,
        allowance_until=None,
        bookings={},
        notices={},
        account_id=None,
        member_id=None,
    )


@given(st.booleans(), st.lists(_followers(), max_size=3), st.sets(st.sampled_from("abc")))
def test_a_route_works_when_what_it_needs_is_there(blocked: bool, followers: list[Follower], chats: set[str]) -> None:
    plain: set[Route] = set()
    if not blocked:
        plain.add("phone")
    for one in followers:
        since = one.following_at
        if since is None:
            continue
        left = one.unfollowed_at is not None and one.unfollowed_at > since
        refused = one.unreachable_at is not None and one.unreachable_at >= since
        if not left and not refused:
            plain.add("account")
    if len(chats) > 0:
        plain.add("wecom")
    assert routes_of(phone_blocked=blocked, followers=followers, chat_ids=chats) == plain


@given(st.lists(_ROUTES, max_size=30), st.lists(_ROUTES, max_size=30))
def test_a_tally_counts_as_one_would_by_hand(first: list[frozenset[Route]], second: list[frozenset[Route]]) -> None:
    both = [*first, *second]
    tally = Tally.of(first) + Tally.of(second)
    assert tally == Tally.of(both)
    assert tally.members == len(both)
    assert [tally.over(number) for number in range(4)] == [
        sum(len(one) == number for one in both) for number in range(4)
    ]
    assert [tally.by(route) for route in ROUTES] == [sum(route in one for one in both) for route in ROUTES]


@given(st.lists(st.lists(_ROUTES, max_size=5), min_size=1, max_size=4))
def test_a_manifest_is_read_back_as_it_was_written(parts: list[list[frozenset[Route]]]) -> None:
    made = Manifest(
        name="backup/_all/2026-11-23",
        made_at=_EPOCH,
        parts=tuple(
            Part(number=number, sha256=f"{number:064}", tally=Tally.of(one), after=None)
            for number, one in enumerate(parts, 1)
        ),
    )
    assert from_document(made.document()) == made
    assert made.tally == Tally.of(one for part in parts for one in part)


@given(st.from_regex(_ID, fullmatch=True), st.dates())
def test_a_backup_has_a_name_of_its_own(programme_id: str, day: datetime) -> None:
    name = backup_name(programme_id, day)
    assert is_backup_name(name)
    assert name != backup_name(None, day)
    assert is_backup_name(backup_name(None, day))


def test_parts_sort_as_they_follow() -> None:
    keys = [part_key("b", number) for number in (1, 2, 10, 999, 100_000)]
    assert keys == sorted(keys)
    assert not is_backup_name("backup/_all/2026-11-23/../x")
