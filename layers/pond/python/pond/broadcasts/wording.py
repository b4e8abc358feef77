"""What a chunk says: its version's content, filled in once for all its targets, or for each member.

Filling in depends on nothing that changes between two tries, so a task can be found again by what it says.
"""

from datetime import datetime

from pond.broadcasts import contents, rendering
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_audience import Recipient
from pond.broadcasts.model_content import Rendered
from pond.programmes import service as programmes


def words(broadcast: Broadcast, variant: int, recipient_id: str | None) -> Rendered:
    """The version's text and attachments as this recipient gets them, or as several do together. Its links count for
    the broadcast and version; in a group of its own also for the group."""
    version = broadcast.variants[variant]
    content = contents.get(version.content_id, version.version)
    at = meant_at(broadcast)
    personal = recipient_id is not None and rendering.names(content) & rendering.PER_RECIPIENT
    recipient = Recipient(recipient_id or "", broadcast.kind) if personal else None
    values = rendering.values_for(programmes.get(broadcast.programme_id), recipient, at)
    chat_id = recipient_id if recipient_id and broadcast.kind == "group" else ""
    links = rendering.tracked(broadcast.programme_id, broadcast.broadcast_id, content, at, chat_id)
    return rendering.render(content, values, links)


def is_personal(broadcast: Broadcast, variant: int) -> bool:
    """Whether a version says something else to each recipient."""
    version = broadcast.variants[variant]
    return bool(rendering.names(contents.get(version.content_id, version.version)) & rendering.PER_RECIPIENT)


def meant_at(broadcast: Broadcast) -> datetime:
    """The moment whose date and calendar the words speak of."""
    return broadcast.began_at or broadcast.due_at
