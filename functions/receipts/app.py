"""The SMS vendors' receipts: whether a text reached its phone."""

from collections.abc import Mapping
from datetime import datetime

from pond.platforms import receipts
from pond.web.app import create_app
from pond.web.app import handler as handler_of
from pond.web.callbacks import XML_TYPES, answering_partner

app = create_app("receipts")
handler = handler_of(app)


@app.route("/receipts/{vendor}/{key}", methods=["POST"], content_types=XML_TYPES)
@answering_partner(app)
def receive(query: Mapping[str, str], body: bytes, now: datetime, vendor: str, key: str) -> str:
    """An array of receipts."""
    return receipts.receive(vendor, key, body, now)
