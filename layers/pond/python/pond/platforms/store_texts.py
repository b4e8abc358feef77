"""The table `texts`: notices that a vendor accepted, under the id by which its receipt finds them, for 30 days.

What always holds: nobody can be read from a row; its id is a pseudonym of message and number together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from pond.kernel.tables import ExpiryAttribute, Table, TimeAttribute, refused
from pond.platforms.model_sms import TextState

_KEPT_FOR = timedelta(days=30)  # receipts come up to 72 hours late


class _TextRow(Table):
    class Meta:
        table_name = "texts"

    text_id = UnicodeAttribute(hash_key=True)
    accepted_at = TimeAttribute()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    reported_at = TimeAttribute(null=True)
    expires_at = ExpiryAttribute()


@dataclass(frozen=True, kw_only=True)
class NotedText:
    """A text message that went out; `reason` is the vendor's word for its end, when it said one."""

    text_id: str
    accepted_at: datetime
    state: TextState
    reason: str | None = None
    reported_at: datetime | None = None
    reference: str | None = None  # what the sender knows it by


def add(text: NotedText) -> None:
    """Note a text; once noted, doing so again changes nothing."""
    row = _TextRow(
        text.text_id,
        accepted_at=text.accepted_at,
        state=text.state,
        reference=text.reference,
        expires_at=text.accepted_at + _KEPT_FOR,
    )
    try:
        row.save(_TextRow.text_id.does_not_exist())
    except PutError as error:
        if not refused(error):
            raise


def report(text_id: str, state: TextState, reason: str, at: datetime) -> bool:
    """Note how a text ended; whether it is one of ours. The first report stands."""
    waiting = _TextRow.state == TextState.ACCEPTED.value
    actions: list[Action] = [_TextRow.state.set(state.value), _TextRow.reason.set(reason), _TextRow.reported_at.set(at)]
    try:
        _TextRow(text_id).update(actions=actions, condition=waiting)
    except UpdateError as error:
        if not refused(error):
            raise
        return find(text_id) is not None
    return True


def find(text_id: str) -> NotedText | None:
    """The text, or None."""
    try:
        row = _TextRow.get(text_id, consistent_read=True)
    except _TextRow.DoesNotExist:
        return None
    return NotedText(
        text_id=text_id,
        accepted_at=row.accepted_at,
        state=TextState(row.state),
        reason=row.reason,
        reported_at=row.reported_at,
        reference=row.reference,
    )
