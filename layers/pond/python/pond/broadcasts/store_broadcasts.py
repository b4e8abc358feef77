"""The `broadcasts` table: one row a broadcast. Every change is conditional on the state it leaves."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from pond.broadcasts import model_audience_reader
from pond.broadcasts.model import TO_GROUPS, Broadcast, Moved, Route, State, Variant
from pond.broadcasts.model_timing import Over
from pond.broadcasts.store_agenda import AGENDA, BroadcastRow
from pond.kernel.tables import Transaction, iso, refused


def put(new: Broadcast) -> bool:
    """Write a new broadcast; False when one of that id stands there."""
    row = BroadcastRow(
        new.broadcast_id,
        programme_id=new.programme_id,
        variants=json.dumps([[one.content_id, one.version, one.share_bp] for one in new.variants]),
        audience=json.dumps(model_audience_reader.write(new.audience), ensure_ascii=False),
        route=new.route,
        due_at=new.due_at,
        source=new.source,
        state=new.state,
        created_at=new.created_at,
        approved_by=new.approved_by,
        approved_at=new.approved_at,
        agenda=AGENDA if new.next_at else None,
        next_at=new.next_at,
        note=new.note,
        over_cap=new.over_cap,
        moved=json.dumps(asdict(new.moved) | {"meant_at": iso(new.moved.meant_at)}) if new.moved else None,
    )
    try:
        row.save(condition=BroadcastRow.broadcast_id.does_not_exist())
    except PutError as error:
        if refused(error):
            return False
        raise
    return True


def load(broadcast_id: str) -> Broadcast | None:
    """The broadcast as last written."""
    try:
        return _broadcast(BroadcastRow.get(broadcast_id, consistent_read=True))
    except BroadcastRow.DoesNotExist:
        return None


def move(broadcast_id: str, before: Iterable[State], after: State, **changes: Any) -> bool:
    """Bring it from one of the states `before` to `after`, with further attributes (None removes one); False when it
    stands elsewhere."""
    return _update(broadcast_id, [BroadcastRow.state.set(after), *_actions(changes)], _in(before))


def note(broadcast_id: str, states: Iterable[State], **changes: Any) -> bool:
    """Change attributes while it is in one of those states; False when it is not."""
    return _update(broadcast_id, _actions(changes), _in(states))


def rewrite(broadcast_id: str, variants: tuple[Variant, ...], due_at: datetime, over_cap: Over) -> bool:
    """Give a draft other words, another time or rule; False when it is no draft any more."""
    told = json.dumps([[one.content_id, one.version, one.share_bp] for one in variants])
    actions: list[Action] = [
        BroadcastRow.variants.set(told),
        BroadcastRow.due_at.set(due_at),
        BroadcastRow.over_cap.set(over_cap),
    ]
    return _update(broadcast_id, actions, _in(("draft",)))


def require(transaction: Transaction, broadcast_id: str, state: State) -> None:
    """Have a transaction written only while the broadcast is in that state."""
    transaction.check("broadcast", BroadcastRow, broadcast_id, condition=BroadcastRow.state == state)


def of_programme(programme_id: str, since: datetime, until: datetime) -> Iterator[Broadcast]:
    """The broadcasts of a programme that are or were due between both, in order."""
    rows = BroadcastRow.by_programme.query(programme_id, BroadcastRow.due_at.between(since, until))
    ids = [row.broadcast_id for row in rows]
    found = {row.broadcast_id: _broadcast(row) for row in BroadcastRow.batch_get(ids)}
    return (found[one] for one in ids if one in found)


def everyone() -> Iterator[Broadcast]:
    """All broadcasts; a scan, for checks."""
    return map(_broadcast, BroadcastRow.scan(consistent_read=True))


def _in(states: Iterable[State]) -> Condition:
    return BroadcastRow.state.is_in(*states)


def _actions(changes: dict[str, Any]) -> list[Action]:
    if "next_at" in changes:
        changes |= {"agenda": AGENDA if changes["next_at"] else None}
    attributes = BroadcastRow.get_attributes()
    return [
        attributes[name].remove() if value is None else attributes[name].set(value) for name, value in changes.items()
    ]


def _update(broadcast_id: str, actions: list[Action], condition: Condition) -> bool:
    try:
        BroadcastRow(broadcast_id).update(actions=actions, condition=condition)
    except UpdateError as error:
        if refused(error):
            return False
        raise
    return True


_PLAIN = ("broadcast_id", "programme_id", "due_at", "source", "created_at", "approved_by", "approved_at", "began_at")
_PLAIN_TOO = ("dealt_at", "ended_at", "next_at", "note")


def _broadcast(row: BroadcastRow) -> Broadcast:
    return Broadcast(
        **{name: getattr(row, name) for name in (*_PLAIN, *_PLAIN_TOO)},
        variants=tuple(Variant(content_id=one[0], version=one[1], share_bp=one[2]) for one in json.loads(row.variants)),
        audience=model_audience_reader.read(json.loads(row.audience), "group" if row.route in TO_GROUPS else "member"),
        route=cast(Route, row.route),
        state=cast(State, row.state),
        stopped_from=cast(State | None, row.stopped_from),
        over_cap=cast(Over, row.over_cap or "move"),
        moved=_moved(json.loads(row.moved)) if row.moved else None,
    )


def _moved(held: dict[str, Any]) -> Moved:
    return Moved(**(held | {"meant_at": datetime.fromisoformat(held["meant_at"])}))
