"""How the control API talks: JSON bodies with known fields only, refusals as `{"error", "message"}`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Handler = Callable[[Request], Awaitable[Any]]


class Refused(Exception):
    """The tester asked for something that can't be: a code, a sentence, an HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.code, self.message, self.status = code, message, status


def missing(what: str) -> Refused:
    """404."""
    return Refused(f"unknown_{what}", f"there is no such {what}", 404)


def route(method: str, path: str, handler: Handler, status: int = 200) -> Route:
    """A route under `/_sandbox`; the handler returns JSON data or a Response."""

    async def handle(request: Request) -> Response:
        try:
            answer = await handler(request)
        except Refused as error:
            return JSONResponse({"error": error.code, "message": error.message}, status_code=error.status)
        return answer if isinstance(answer, Response) else JSONResponse(answer, status_code=status)

    return Route(f"/_sandbox{path}", handle, methods=[method])


async def document(request: Request) -> dict[str, Any]:
    """The body's JSON object; an empty body is an empty one.

    Raises:
        Refused: not a JSON object.
    """
    raw = await request.body()
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise Refused("bad_json", str(error)) from error
    if not isinstance(body, dict):
        raise Refused("bad_json", "an object is expected")
    return body


async def fields(request: Request, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """The body's fields, each of the kind named; null counts as absent.

    Raises:
        Refused: bad JSON, an unknown field, a wrong type.
    """
    given = {name: value for name, value in (await document(request)).items() if value is not None}
    for name, value in given.items():
        if name not in kinds:
            raise Refused("unknown_field", f"{name} is not known here; known: {', '.join(kinds)}")
        kind = kinds[name]
        allowed = kind if isinstance(kind, tuple) else (kind,)
        if type(value) not in allowed:
            raise Refused("wrong_type", f"{name} must be {' or '.join(one.__name__ for one in allowed)}")
    return given


def need(given: dict[str, Any], *names: str) -> None:
    """Refuse when one of these fields is absent or empty."""
    for name in names:
        if given.get(name) in (None, ""):
            raise Refused("missing_field", f"{name} is needed")
