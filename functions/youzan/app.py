"""The shop's webhook: keeps the push and answers; workers take it from there."""

from collections.abc import Mapping
from datetime import datetime

from pond.kernel.logs import count
from pond.platforms import youzan_callbacks
from pond.platforms.youzan_pushes import SIZE_MAX
from pond.web.app import create_app
from pond.web.app import handler as handler_of
from pond.web.callbacks import answering_partner

app = create_app("youzan")
handler = handler_of(app)
ANY_TYPE = ["application/json", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded"]


@app.route("/youzan", methods=["POST"], content_types=ANY_TYPE)
@answering_partner(app, SIZE_MAX)
def receive(query: Mapping[str, str], body: bytes, now: datetime) -> str:
    """A push."""
    received = youzan_callbacks.receive(app.current_request.headers.get("event-sign"), body, now)
    if received is None:
        count("CallbackTest")
    else:
        count("CallbackReceived" if received.first else "CallbackRepeated")
    return youzan_callbacks.DONE
