"""One id from a cause to its last effect: it stands in every log line, is written on every row that a cause changes,
goes from there into the row's event, and with the event or message to the next worker.

It names a request, never a person. A batch has several causes: a row whose key one of them names is that one's, what
cannot be told apart goes on under the first, and the batch's log line names them all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from pond.kernel.logs import logger

FIELD = "correlation_id"

_Handler = Callable[[dict[str, Any], Any], Any]


@dataclass(frozen=True)
class _Causes:
    first: str | None = None
    by_key: Mapping[str, str] = field(default_factory=dict)  # ids, as rows are keyed by, to causes


_NONE = _Causes()
_causes: ContextVar[_Causes] = ContextVar("causes", default=_NONE)


def current(*keys: object) -> str | None:
    """The cause of what is being done to the row with these keys; None outside of any."""
    causes = _causes.get()
    return next((causes.by_key[key] for key in keys if isinstance(key, str) and key in causes.by_key), causes.first)


@contextmanager
def following(correlation_id: str | None) -> Iterator[None]:
    """What is logged and written inside has this one cause."""
    with _set(_Causes(correlation_id)):
        yield


@contextmanager
def following_all(causes: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """What is logged and written inside has these causes: their ids, and the detail of the event that each is in."""
    by_key = {value: cause for cause, detail in causes.items() for value in detail.values() if isinstance(value, str)}
    with _set(_Causes(next(iter(causes), None), by_key)):
        yield


def own(handler: _Handler) -> _Handler:
    """Decorates a handler that time calls, not an event: its invocation is the cause."""

    @wraps(handler)
    def handle(event: dict[str, Any], context: Any) -> Any:
        with following(getattr(context, "aws_request_id", None)):
            return handler(event, context)

    return handle


@contextmanager
def _set(causes: _Causes) -> Iterator[None]:
    token = _causes.set(causes)
    _show()
    try:
        yield
    finally:
        _causes.reset(token)
        _show()


def _show() -> None:
    if first := _causes.get().first:
        logger.append_keys(**{FIELD: first})
    else:
        logger.remove_keys([FIELD])
