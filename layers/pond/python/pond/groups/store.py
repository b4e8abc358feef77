"""The tables of this room, and reading them. What changes several rows together is in `store_seats`."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pynamodb.attributes import ListAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from pond.groups.model import Group, GroupState, Pool, Seat
from pond.kernel.tables import ExpiryAttribute, IntegerAttribute, Table, TimeAttribute, index, refused


class GroupRow(Table):
    class Meta:
        table_name = "groups"

    chat_id = UnicodeAttribute(hash_key=True)
    programme_id = UnicodeAttribute()
    pool_id = UnicodeAttribute()
    name = UnicodeAttribute()
    state = UnicodeAttribute()
    capacity = IntegerAttribute()
    live_seats = IntegerAttribute(default=0)
    fill_order = IntegerAttribute()
    join_state = UnicodeAttribute()
    config_id = UnicodeAttribute(null=True)
    code_url = UnicodeAttribute(null=True)
    owner = UnicodeAttribute()
    code_media_id = UnicodeAttribute(null=True)
    code_media_until = TimeAttribute(null=True)
    filled_at = TimeAttribute(null=True)
    # The groups of a pool, in the order in which they are filled.
    by_pool = index("by_pool", pool_id=UnicodeAttribute(hash_key=True), fill_order=IntegerAttribute(range_key=True))


class SeatRow(Table):
    class Meta:
        table_name = "seats"

    member_id = UnicodeAttribute(hash_key=True)
    programme_id = UnicodeAttribute(range_key=True)
    pool_id = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    chat_id = UnicodeAttribute(null=True)
    hold_id = UnicodeAttribute(null=True)
    held_until = TimeAttribute(null=True)
    waiting_number = IntegerAttribute(null=True)
    holds = IntegerAttribute(default=0)
    changed_at = TimeAttribute(null=True)
    taken_at = TimeAttribute(null=True)
    came_to = UnicodeAttribute(null=True)  # the group of it
    moves: ListAttribute[str] = ListAttribute(null=True)  # into groups and out, as `model.stays_from` reads them


class PoolRow(Table):
    class Meta:
        table_name = "pools"

    pool_id = UnicodeAttribute(hash_key=True)
    last_number = IntegerAttribute(default=0)
    called_through = IntegerAttribute(default=0)
    waiting = IntegerAttribute(default=0)


class WaitRow(Table):
    class Meta:
        table_name = "waits"

    pool_id = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute(range_key=True)
    member_id = UnicodeAttribute()
    programme_id = UnicodeAttribute()


class HoldRow(Table):
    class Meta:
        table_name = "holds"

    due_hour = UnicodeAttribute(hash_key=True)
    hold_id = UnicodeAttribute(range_key=True)
    chat_id = UnicodeAttribute()
    programme_id = UnicodeAttribute()
    member_ids: ListAttribute[str] = ListAttribute()
    held_until = TimeAttribute()
    expires_at = ExpiryAttribute()
    reminded_at = TimeAttribute(null=True)


def add_group(group: Group) -> bool:
    """Write a group that is not there yet; False when it is."""
    try:
        GroupRow(**{name: getattr(group, name) for name in Group.__dataclass_fields__}).save(
            GroupRow.chat_id.does_not_exist()
        )
    except PutError as error:
        if not refused(error):
            raise
        return False
    return True


def get_group(chat_id: str) -> Group | None:
    """One group, as it is now."""
    try:
        return group_of(GroupRow.get(chat_id, consistent_read=True))
    except GroupRow.DoesNotExist:
        return None


def groups_of(pool_id: str) -> list[Group]:
    """The groups of a pool, as they are now."""
    return get_groups(row.chat_id for row in GroupRow.by_pool.query(pool_id))


def get_groups(chat_ids: Iterable[str]) -> list[Group]:
    """Several groups, as they are now."""
    return [group_of(row) for row in GroupRow.batch_get(list(chat_ids), consistent_read=True)]


def every_group() -> Iterator[Group]:
    """All groups; a scan, so never while somebody waits."""
    return map(group_of, GroupRow.scan(consistent_read=True))


def set_state(chat_id: str, state: GroupState) -> None:
    """Open, pause or close a group."""
    GroupRow(chat_id).update(actions=[GroupRow.state.set(state)], condition=GroupRow.chat_id.exists())


def open_reserve(chat_id: str) -> bool:
    """Open a group that is kept in reserve; False when it is not (any more)."""
    try:
        GroupRow(chat_id).update(actions=[GroupRow.state.set("open")], condition=GroupRow.state == "reserve")
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def set_shown(chat_id: str, name: str, owner: str) -> None:
    """Keep a group's name and owner as WeCom shows them."""
    GroupRow(chat_id).update([GroupRow.name.set(name), GroupRow.owner.set(owner)], GroupRow.chat_id.exists())


def set_code(chat_id: str, config_id: str, code_url: str, state: GroupState) -> None:
    """Keep the group's join way (WeCom lists none: its `config_id` would be lost for good), and its state with it."""
    GroupRow(chat_id).update(
        actions=[GroupRow.config_id.set(config_id), GroupRow.code_url.set(code_url), GroupRow.state.set(state)],
        condition=GroupRow.chat_id.exists(),
    )


def set_code_media(chat_id: str, media_id: str, until: datetime) -> None:
    """Keep the uploaded picture of the group's code for welcomes."""
    GroupRow(chat_id).update(
        actions=[GroupRow.code_media_id.set(media_id), GroupRow.code_media_until.set(until)],
        condition=GroupRow.chat_id.exists(),
    )


def get_seat(member_id: str, programme_id: str) -> Seat | None:
    """A member's seat, as it is now."""
    try:
        return seat_of(SeatRow.get(member_id, programme_id, consistent_read=True))
    except SeatRow.DoesNotExist:
        return None


def get_seats(programme_id: str, member_ids: Iterable[str]) -> list[Seat]:
    """The seats of several members, as they are now; those without one are left out."""
    keys = [(member_id, programme_id) for member_id in member_ids]
    return list(map(seat_of, SeatRow.batch_get(keys, consistent_read=True)))


def every_seat() -> Iterator[Seat]:
    """All seats; a scan, so never while somebody waits."""
    return map(seat_of, SeatRow.scan(consistent_read=True))


def get_pool(pool_id: str) -> Pool:
    """The numbers of a pool's waitlist, as they are now."""
    try:
        return _pool(PoolRow.get(pool_id, consistent_read=True))
    except PoolRow.DoesNotExist:
        return Pool(pool_id=pool_id)


def every_pool() -> Iterator[Pool]:
    """All pools that ever had a waitlist; a scan."""
    return map(_pool, PoolRow.scan(consistent_read=True))


def first_waits(pool_id: str, limit: int) -> list[WaitRow]:
    """The first who wait in a pool, in order, as it is now."""
    return list(WaitRow.query(pool_id, limit=limit, consistent_read=True))


def every_wait() -> Iterator[WaitRow]:
    """All places in all waitlists; a scan."""
    return WaitRow.scan(consistent_read=True)


def due_holds(due_hour: str, now: datetime) -> Iterator[HoldRow]:
    """The holds of that hour that have run out."""
    return (row for row in HoldRow.query(due_hour, consistent_read=True) if row.held_until <= now)


def unreminded_holds(due_hour: str, now: datetime) -> Iterator[HoldRow]:
    """The holds of that hour that still run and whose people were not reminded."""
    unreminded = HoldRow.reminded_at.does_not_exist()
    return (row for row in HoldRow.query(due_hour, filter_condition=unreminded) if row.held_until > now)


def set_reminded(hold: HoldRow, now: datetime) -> None:
    """Remember that the people of a hold are being reminded; a hold that ended meanwhile stays gone."""
    try:
        hold.update(actions=[HoldRow.reminded_at.set(now)], condition=HoldRow.hold_id.exists())
    except UpdateError as error:
        if not refused(error):
            raise


def group_of(row: GroupRow) -> Group:
    """The value of a group's row."""
    return Group(**{name: getattr(row, name) for name in Group.__dataclass_fields__})


def _pool(row: PoolRow) -> Pool:
    return Pool(**{name: getattr(row, name) for name in Pool.__dataclass_fields__})


def seat_of(row: SeatRow) -> Seat:
    """The value of a seat's row."""
    return Seat(**{name: getattr(row, name) for name in Seat.__dataclass_fields__})


def came_in(chat_id: str, at: datetime) -> list[Action]:
    """Note when somebody came in first, and where: who comes back begins nothing anew."""
    return [SeatRow.taken_at.set(SeatRow.taken_at | at), SeatRow.came_to.set(SeatRow.came_to | chat_id)]
