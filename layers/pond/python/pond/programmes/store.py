"""The `programmes` table: one row a programme, its definition as one JSON document; one row lists their ids.

A row's version grows by one with each change; two who apply at once do not overwrite each other.
"""

import json
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from pond.kernel.errors import Transient
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused

_DIRECTORY = "~all"  # no programme's id begins with ~


class _Row(Table):
    class Meta:
        table_name = "programmes"

    programme_id = UnicodeAttribute(hash_key=True)
    document = UnicodeAttribute(null=True)
    version = IntegerAttribute(null=True)
    applied_at = TimeAttribute(null=True)
    ids = UnicodeSetAttribute(null=True)  # only in the row that lists them


def load(programme_id: str) -> tuple[dict[str, Any], int] | None:
    """The document and its version."""
    try:
        row = _Row.get(programme_id, consistent_read=True)
    except _Row.DoesNotExist:
        return None
    document: str | None = row.document
    return None if document is None else (json.loads(document), row.version)


def save(programme_id: str, document: dict[str, Any], version: int, now: datetime) -> None:
    """Write `version` over the one before it, and list the id.

    Raises:
        Transient: `programme.contended` when somebody else applied meanwhile.
    """
    row = _Row(programme_id)
    transaction = Transaction()
    transaction.update(
        "programme",
        row,
        [
            _Row.document.set(json.dumps(document, ensure_ascii=False, sort_keys=True)),
            _Row.version.set(version),
            _Row.applied_at.set(now),
        ],
        condition=_Row.programme_id.does_not_exist() if version == 1 else _Row.version == version - 1,
    )
    consent = document["consent"]
    said = _Row(_consent_id(programme_id, consent["version"]))
    kept = [_Row.document.set(_Row.document | consent["text"]), _Row.applied_at.set(_Row.applied_at | now)]
    transaction.update("consent", said, kept)
    transaction.update("directory", _Row(_DIRECTORY), [_Row.ids.add({programme_id})])
    try:
        transaction.commit()
    except TransactionRefused as refusal:
        raise Transient("programme.contended", "somebody else applied it meanwhile") from refusal


def consent(programme_id: str, version: str) -> str | None:
    """The text of a consent as it was first applied under that version."""
    try:
        text: str | None = _Row.get(_consent_id(programme_id, version)).document
    except _Row.DoesNotExist:
        return None
    return text


def _consent_id(programme_id: str, version: str) -> str:
    return f"~consent~{programme_id}~{version}"


def ids() -> list[str]:
    """The ids of all programmes, sorted."""
    try:
        return sorted(_Row.get(_DIRECTORY).ids or ())
    except _Row.DoesNotExist:
        return []
