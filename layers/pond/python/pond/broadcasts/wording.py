"""What a chunk says: its version's content, filled in once for all its targets, or for one of them."""

from datetime import datetime

from pond.broadcasts import contents, rendering
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_audience import Recipient
from pond.broadcasts.model_content import Rendered
from pond.programmes import service as programmes


def words(broadcast: Broadcast, variant: int, recipient_id: str, at: datetime) -> Rendered:
    """The version's text and attachments as this recipient gets them. `at` is a time of the broadcast, not of the call:
    asking again says the same, which finding a task again relies on."""
    version = broadcast.variants[variant]
    content = contents.get(version.content_id, version.version)
    programme = programmes.get(broadcast.programme_id)
    values = rendering.values_for(programme, Recipient(recipient_id, broadcast.kind), at)
    return rendering.render(content, values)
