"""How partners' callbacks are answered: plain text, refusals at once, a fault as 500 so that the partner
delivers again.

Contents never reach a log: only the refusal's code does.
"""

from collections.abc import Callable
from functools import wraps

from chalice.app import Chalice, Response

from pond.kernel import clock
from pond.kernel.errors import Refused
from pond.kernel.logs import count, logger
from pond.platforms.xml import MAX_BYTES

XML_TYPES = ["text/xml", "application/xml", "text/plain", "application/octet-stream", "application/json"]
"""What partners say their XML is; the last is what Chalice assumes when they say nothing."""

_KINDS = {"<": "application/xml", "{": "application/json"}
_STATUS = {"callback.signature": 403, "callback.foreign_receiver": 403, "callback.too_large": 413}

Callback = Callable[..., str]


def answering_partner(app: Chalice, max_bytes: int = MAX_BYTES) -> Callable[[Callback], Callable[..., Response]]:
    """Decorates `(query, raw body, now, parts of the path by name) -> text answer` as a Chalice view."""

    def decorate(use: Callback) -> Callable[..., Response]:
        @wraps(use)
        def answer(**path: str) -> Response:
            request = app.current_request
            query = {name: request.query_params[name] for name in request.query_params or ()}
            try:
                body = request.raw_body
                if len(body) > max_bytes:
                    raise Refused("callback.too_large", f"{len(body)} bytes")
                return _text(use(query, body, clock.now(), **path), 200)
            except Refused as refusal:
                logger.info("callback refused", extra={"code": refusal.code})
                count("CallbackRefused")
                return _text("refused", _STATUS.get(refusal.code, 400))
            except Exception:  # the boundary: not 200, so that the partner delivers again
                logger.exception("callback failed")
                return _text("failed", 500)

        return answer

    return decorate


def _text(body: str, status: int) -> Response:
    kind = _KINDS.get(body[:1], "text/plain")
    return Response(body, {"Content-Type": f"{kind}; charset=utf-8"}, status)
