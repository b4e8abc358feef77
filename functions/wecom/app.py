"""WeCom's callback: keeps the event and answers; workers take it from there."""

from collections.abc import Mapping
from datetime import datetime

from pond.kernel.logs import count
from pond.platforms import wecom_callbacks
from pond.web.app import create_app
from pond.web.app import handler as handler_of
from pond.web.callbacks import XML_TYPES, answering_partner

app = create_app("wecom")
handler = handler_of(app)


@app.route("/wecom", methods=["GET"])
@answering_partner(app)
def verify(query: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The address check."""
    return wecom_callbacks.verify_address(query)


@app.route("/wecom", methods=["POST"], content_types=XML_TYPES)
@answering_partner(app)
def receive(query: Mapping[str, str], body: bytes, now: datetime) -> str:
    """An event."""
    received = wecom_callbacks.receive(query, body, now)
    count("CallbackReceived" if received.first else "CallbackRepeated")
    return ""
