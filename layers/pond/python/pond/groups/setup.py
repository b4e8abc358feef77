"""Bringing a WeCom group into Pond. Groups are made by staff in the client, since WeCom has no API for it."""

from collections.abc import Iterable
from datetime import datetime

from pond.groups import store
from pond.groups.model import Group, GroupState
from pond.kernel.errors import NotFound, Refused
from pond.kernel.ids import pseudonym
from pond.kernel.settings import settings
from pond.platforms import wecom
from pond.programmes import service as programmes
from pond.programmes.model import pool_id

_JOIN_STATE_MAX = 20  # WeCom: a join way's state has at most 30 characters


def import_group(
    chat_id: str,
    programme_id: str,
    segment_id: str,
    capacity: int | None,
    now: datetime,
    first_state: GroupState = "open",
) -> Group:
    """Make a group of ours take seats: write it down paused, give it a code of its own, open it (or keep it in
    reserve). Doing it again finishes it.

    Raises:
        NotFound: no such programme or segment.
        Refused: `group.elsewhere` when it already serves another pool, `group.capacity` when nobody could come in
        by its code that far (the setting `scan_limit`: staff are members too, so leave them room).
    """
    programme = programmes.get(programme_id)
    if segment_id not in {segment.segment_id for segment in programme.segments}:
        raise NotFound("segment.unknown", f"{programme_id} has no segment {segment_id}")
    seats = programme.capacity if capacity is None else capacity
    if not 1 <= seats <= int(settings().scan_limit):
        raise Refused("group.capacity", f"{seats} seats: must be 1 to {settings().scan_limit}, where scanning ends")
    pool = pool_id(programme_id, segment_id)
    group = store.get_group(chat_id)
    if group is None:
        detail = wecom.group(chat_id)
        store.add_group(
            Group(
                chat_id=chat_id,
                programme_id=programme_id,
                pool_id=pool,
                name=detail.name,
                state="paused",
                capacity=seats,
                live_seats=0,
                fill_order=int(now.timestamp() * 1000),
                join_state=pseudonym("join", chat_id)[:_JOIN_STATE_MAX],
                code_url=None,
                owner=detail.owner,
            )
        )
        group = known(chat_id)
    if group.pool_id != pool:
        raise Refused("group.elsewhere", f"the group already serves {group.pool_id}")
    if group.code_url is None:
        # WeCom has no key against repeats here: a crash between the next two lines leaves a code that nobody is
        # ever shown.
        config_id = wecom.add_join_way(chat_id, group.join_state, group.name)
        store.set_code(chat_id, config_id, wecom.join_way(config_id).qr_code, first_state)
    return known(chat_id)


def find(chat_id: str) -> Group | None:
    """A group of ours, as it is now."""
    return store.get_group(chat_id)


def every_group() -> list[Group]:
    """All groups, by pool and fill order."""
    return sorted(store.every_group(), key=lambda group: (group.pool_id, group.fill_order))


def several(chat_ids: Iterable[str]) -> dict[str, Group]:
    """Those of the groups that are ours, as they are now, by their id."""
    return {group.chat_id: group for group in store.get_groups(chat_ids)}


def present_owner(chat_id: str) -> str:
    """Who owns one of our groups by now, as WeCom says, and kept.

    Raises:
        PartnerRefused: as `wecom.group`; `Meaning.NO_SUCH_GROUP` when it is dissolved.
        NotFound: `group.unknown`.
    """
    detail, group = wecom.group(chat_id), known(chat_id)
    if detail.owner not in ("", group.owner):
        store.set_shown(chat_id, detail.name or group.name, detail.owner)
    return detail.owner


def set_state(chat_id: str, state: GroupState) -> None:
    """Open, reserve, pause or close a group: only open ones get new seats; those inside keep theirs.

    Raises:
        NotFound: not one of our groups.
    """
    known(chat_id)
    store.set_state(chat_id, state)


def known(chat_id: str) -> Group:
    """One of our groups.

    Raises:
        NotFound: `group.unknown`.
    """
    group = store.get_group(chat_id)
    if group is None:
        raise NotFound("group.unknown", f"{chat_id} is not one of our groups")
    return group
