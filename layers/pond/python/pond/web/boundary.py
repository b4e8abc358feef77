"""The one place where a view's errors become pages.

Expected refusals are logged as info with their code; surprises are logged once and answered with a page that says what
to do. Request contents are never logged.
"""

import re
from collections.abc import Callable
from functools import wraps

from chalice.app import Chalice, Response

from pond.kernel import clock
from pond.kernel.errors import NotFound, OutcomeUnknown, PondError, Refused, Transient
from pond.kernel.logs import logger
from pond.web import answers, pages
from pond.web.visit import Visit, read

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,199}")  # what our paths name; longer is no key of a table
_STATUS_BY_CODE = {"request.too_large": 413, "form.stale": 403, "form.too_fast": 429}

View = Callable[..., Response]


def answering(app: Chalice) -> Callable[[View], View]:
    """Decorates a view `(visit, …) -> Response`: reads the request, turns errors into pages."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**arguments: str) -> Response:
            visit = None
            try:
                request = app.current_request
                assert request is not None  # Chalice sets it before it calls a view
                visit = read(request, clock.now())
                if not all(_NAME.fullmatch(name) for name in arguments.values()):
                    raise NotFound("path.unknown")
                return view(visit, **arguments)
            except Exception as error:  # the boundary: whatever happens, the person gets a page
                return _sorry(visit, error)

        return answer

    return decorate


def _sorry(visit: Visit | None, error: Exception) -> Response:
    programme_id = _programme_in(visit.path) if visit else ""
    page: pages.Page
    match error:
        case NotFound():
            status, page = 404, pages.Missing()
        case Refused():
            status, page = _STATUS_BY_CODE.get(error.code, 400), pages.StartAgain(programme_id=programme_id)
        case Transient() | OutcomeUnknown():
            status, page = 503, pages.PartnerDown(programme_id=programme_id)
        case _:
            status, page = 500, pages.ServerError()
    if isinstance(error, Refused):
        logger.info("refused", extra={"code": error.code})
    elif isinstance(error, PondError):
        logger.warning("failed", extra={"code": error.code})
    else:
        logger.exception("unexpected")
    return answers.html(page, visit.prefix if visit else "", status=status)


def _programme_in(path: str) -> str:
    found = re.match(r"/[pm]/([a-z0-9-]{1,31})(?:/|$)", path)
    return found[1] if found else ""
