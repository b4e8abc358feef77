"""How an HTTP function is made: the Chalice app, the one place where errors become pages, every answer's headers.

Expected refusals are logged as info with their code; surprises are logged once, counted in `Http5xx` and answered with
a page that says what to do. Request contents are never logged.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from chalice.app import Chalice, Response

from pond.kernel import clock
from pond.kernel.errors import NotFound, OutcomeUnknown, PondError, Refused, Transient
from pond.kernel.logs import count, logger, metrics
from pond.kernel.settings import settings
from pond.web import answers, pages
from pond.web.visit import Visit, read

FORM = "application/x-www-form-urlencoded"
_STATUS_BY_CODE = {"request.too_large": 413, "form.stale": 403}

View = Callable[..., Response]
Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def create_app(name: str) -> Chalice:
    """A Chalice app that leaves logging to our logger."""
    return Chalice(app_name=name, configure_logs=False)


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
                return view(visit, **arguments)
            except Exception as error:  # the boundary: whatever happens, the person gets a page
                return _sorry(visit, error)

        return answer

    return decorate


def handler(app: Chalice) -> Handler:
    """The Lambda handler of an app: logger and metrics around it, security headers on every answer."""

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        answer: dict[str, Any] = app(event, context)
        if answer["statusCode"] >= 500:
            count("Http5xx")
        answer["headers"] = security_headers() | answer["headers"]
        return answer

    with_logger: Handler = logger.inject_lambda_context(handle, clear_state=True)
    with_metrics: Handler = metrics.log_metrics(with_logger)
    return with_metrics


def security_headers() -> dict[str, str]:
    """What every answer says to browsers. Pages of a person are never kept by caches unless a view says otherwise."""
    images = " ".join(["'self'", "data:", *settings().media_origins.split()])
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src {images}; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _sorry(visit: Visit | None, error: Exception) -> Response:
    prefix = visit.prefix if visit else ""
    page: pages.Page
    match error:
        case NotFound():
            status, page = 404, pages.Missing()
        case Refused():
            status, page = _STATUS_BY_CODE.get(error.code, 400), pages.StartAgain(programme_id=_programme(visit))
        case Transient() | OutcomeUnknown():
            status, page = 503, pages.PartnerDown(programme_id=_programme(visit))
        case _:
            status, page = 500, pages.ServerError()
    if isinstance(error, Refused):
        logger.info("refused", extra={"code": error.code})
    elif isinstance(error, PondError):
        logger.warning("failed", extra={"code": error.code})
    else:
        logger.exception("unexpected")
    return answers.html(page, prefix, status=status)


def _programme(visit: Visit | None) -> str:
    found = re.match(r"/[pm]/([a-z0-9-]+)", visit.path) if visit else None
    return found.group(1) if found else ""
