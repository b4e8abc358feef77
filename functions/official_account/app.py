"""The official account's callback: what people write and do there, answered at once."""

from collections.abc import Mapping
from datetime import datetime

from pond.broadcasts import keywords
from pond.channels import callbacks
from pond.members import blocklist
from pond.web.app import create_app
from pond.web.app import handler as handler_of
from pond.web.callbacks import XML_TYPES, answering_partner

app = create_app("official_account")
handler = handler_of(app)


@app.route("/official-account", methods=["GET"])
@answering_partner(app)
def verify(query: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The address check."""
    return callbacks.verify_address(query)


@app.route("/official-account", methods=["POST"], content_types=XML_TYPES)
@answering_partner(app)
def receive(query: Mapping[str, str], body: bytes, now: datetime) -> str:
    """A message or an event."""
    return callbacks.receive(query, body, now, blocklist.is_blocked, keywords.answer)
