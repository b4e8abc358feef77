"""The table of the content library: one row a version of a piece, its words as one document.

A draft may be written over; an approved version never changes. Of the approved, the newest alone stands on a shelf,
where it is found by stage and day without knowing its id.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from pynamodb.attributes import ListAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from pond.broadcasts.model_content import Content, ContentState
from pond.broadcasts.model_content_reader import read, write
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused, index, refused

_ANY = "any"  # the shelf of pieces for every stage


class _Row(Table):
    class Meta:
        table_name = "contents"

    content_id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute(range_key=True)
    document = UnicodeAttribute()
    state = UnicodeAttribute()
    made_at = TimeAttribute()
    made_by = UnicodeAttribute()
    previewed = UnicodeAttribute(null=True)
    previewed_for: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    approved_at = TimeAttribute(null=True)
    approved_by = UnicodeAttribute(null=True)
    shelf = UnicodeAttribute(null=True)
    on_shelf = index(
        "on_shelf", whole=True, shelf=UnicodeAttribute(hash_key=True), content_id=UnicodeAttribute(range_key=True)
    )


def get(content_id: str, version: int) -> Content | None:
    """That version of a piece."""
    try:
        return _content(_Row.get(content_id, version, consistent_read=True))
    except _Row.DoesNotExist:
        return None


def versions(content_id: str) -> list[Content]:
    """All versions of a piece, the newest first."""
    return [_content(row) for row in _Row.query(content_id, scan_index_forward=False, consistent_read=True)]


def put_draft(content: Content, by: str, now: datetime) -> bool:
    """Write a draft of this version, over another draft if there is one; False when it is approved by now."""
    row = _Row(
        content.content_id,
        content.version,
        document=_text(content),
        state="draft",
        made_at=now,
        made_by=by,
    )
    try:
        row.save(condition=_Row.content_id.does_not_exist() | (_Row.state == "draft"))
    except PutError as error:
        if not refused(error):
            raise
        return False
    return True


def set_previewed(content: Content, fingerprint: str, programme_ids: list[str]) -> bool:
    """Note that somebody looked at examples of exactly these words; False when the draft is another by now."""
    actions: list[Action] = [_Row.previewed.set(fingerprint), _Row.previewed_for.set(programme_ids)]
    try:
        _Row(content.content_id, content.version).update(
            actions, condition=(_Row.state == "draft") & (_Row.document == _text(content))
        )
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True


def previewed_for(content_id: str, version: int) -> list[str]:
    """For which programmes a version was previewed."""
    return list(_Row.get(content_id, version, consistent_read=True).previewed_for or ())


def approve(content: Content, before: int | None, by: str, now: datetime) -> bool:
    """Approve a draft as it was previewed, and put it on its shelf in the place of version `before`; False when either
    is not so any more."""
    transaction = Transaction()
    transaction.update(
        "approved",
        _Row(content.content_id, content.version),
        [
            _Row.state.set("approved"),
            _Row.approved_at.set(now),
            _Row.approved_by.set(by),
            _Row.shelf.set(content.stage or _ANY),
        ],
        condition=(_Row.state == "draft") & (_Row.document == _text(content)) & (_Row.previewed == content.previewed),
    )
    if before is not None:
        transaction.update("before", _Row(content.content_id, before), [_Row.shelf.remove()])
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def on_shelf(stage: str | None) -> Iterator[Content]:
    """The newest approved version of each piece for a stage, or for all stages (None)."""
    return map(_content, _Row.on_shelf.query(stage or _ANY))


def everything() -> Iterator[Content]:
    """All versions of all pieces; a scan, for operators."""
    return map(_content, _Row.scan())


def _text(content: Content) -> str:
    return json.dumps(write(content), ensure_ascii=False, sort_keys=True)


def _content(row: Any) -> Content:
    return replace(
        read(json.loads(row.document)),
        version=row.version,
        state=cast(ContentState, row.state),
        made_at=row.made_at,
        made_by=row.made_by,
        previewed=row.previewed,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
    )
