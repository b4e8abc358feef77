"""The `channels` table: one row a source of people, with its code at present."""

from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import ListAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from pond.channels.model import Channel, ChannelCode
from pond.kernel.tables import Table, TimeAttribute, refused


class _Row(Table):
    class Meta:
        table_name = "channels"

    channel_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    source = UnicodeAttribute()
    tags: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    programme_id = UnicodeAttribute()
    ticket = UnicodeAttribute(null=True)
    code_url = UnicodeAttribute(null=True)
    code_expires_at = TimeAttribute(null=True)


def save(channel: Channel) -> None:
    """Make the row say this of the channel; its code stays."""
    _Row(channel.channel_id).update(
        [
            _Row.name.set(channel.name),
            _Row.source.set(channel.source),
            _Row.tags.set(list(channel.tags)),
            _Row.programme_id.set(channel.programme_id),
        ]
    )


def load(channel_id: str) -> tuple[Channel, ChannelCode | None] | None:
    """The channel and its code."""
    try:
        return _read(_Row.get(channel_id))
    except _Row.DoesNotExist:
        return None


def everything() -> Iterator[tuple[Channel, ChannelCode | None]]:
    """All channels (a scan of tens of rows: not for anybody who waits)."""
    return (_read(row) for row in _Row.scan())


def set_code(channel_id: str, code: ChannelCode, before: ChannelCode | None) -> bool:
    """Put `code` in the place of `before`; False when somebody else replaced it meanwhile."""
    condition = _Row.ticket.does_not_exist() if before is None else _Row.ticket == before.ticket
    actions: list[Action] = [
        _Row.ticket.set(code.ticket),
        _Row.code_url.set(code.qr_url),
        _Row.code_expires_at.set(code.expires_at),
    ]
    try:
        _Row(channel_id).update(actions, condition=condition)
    except UpdateError as error:
        if refused(error):
            return False
        raise
    return True


def _read(row: Any) -> tuple[Channel, ChannelCode | None]:
    channel = Channel(row.channel_id, row.name, row.source, tuple(row.tags), row.programme_id)
    if row.ticket is None:
        return channel, None
    return channel, ChannelCode(row.code_url, row.code_expires_at, row.ticket)
