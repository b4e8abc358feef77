"""How an HTTP function is made: the Chalice app, logger and metrics around it, the headers of every answer.

What always holds: every answer carries the security headers; every 5xx is counted (Lambda's own error count stays 0,
since errors become answers).
"""

from collections.abc import Callable
from typing import Any

from chalice.app import Chalice

from pond.kernel import correlation
from pond.kernel.logs import count, logger, metrics
from pond.kernel.settings import settings

FORM = "application/x-www-form-urlencoded"

Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def create_app(name: str) -> Chalice:
    """A Chalice app that leaves logging to our logger."""
    return Chalice(app_name=name, configure_logs=False)


def handler(app: Chalice) -> Handler:
    """The Lambda handler of an app."""

    def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
        request = event.get("requestContext", {})
        with correlation.following(request.get("requestId")):
            answer: dict[str, Any] = app(event, context)
            place = {"route": request.get("resourcePath"), "status": answer["statusCode"]}
            logger.info("answered", extra=place)
        if answer["statusCode"] >= 500:
            count("Http5xx")
        answer["headers"] = security_headers() | answer["headers"]
        return answer

    with_logger: Handler = logger.inject_lambda_context(handle, clear_state=True)
    with_metrics: Handler = metrics.log_metrics(with_logger)
    return with_metrics


def security_headers() -> dict[str, str]:
    """What every answer says to browsers. Nothing is kept by caches unless a view says otherwise."""
    images = " ".join(["'self'", "data:", *settings().media_origins.split()])
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src {images}; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Strict-Transport-Security": "max-age=31536000",
        "X-Frame-Options": "SAMEORIGIN",  # for what knows no frame-ancestors
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
