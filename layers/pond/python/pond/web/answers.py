"""The few kinds of answers our views give."""

from chalice.app import Response

from pond.web.pages import Page
from pond.web.rendering import fingerprint, name, render


def html(
    page: Page, prefix: str, *, form_token: str = "", status: int = 200, cookies: list[str] | None = None
) -> Response:
    """A page."""
    headers: dict[str, str | list[str]] = {"Content-Type": "text/html; charset=utf-8"}
    if cookies:
        headers["Set-Cookie"] = cookies
    return Response(render(page, prefix, form_token), headers, status)


def redirect(location: str, *, cookies: list[str] | None = None) -> Response:
    """Go there with GET."""
    headers: dict[str, str | list[str]] = {"Location": location, "Content-Type": "text/plain"}
    if cookies:
        headers["Set-Cookie"] = cookies
    return Response("", headers, 303)


def asset(content: str, media_type: str) -> Response:
    """A file that never changes under its address."""
    return Response(content, {"Content-Type": media_type, "Cache-Control": "public, max-age=31536000, immutable"}, 200)


def download(content: str, filename: str) -> Response:
    """A JSON file to keep."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{filename}"',
    }
    return Response(content, headers, 200)


def mark(page: Page | None) -> Response:
    """The name and fingerprint of the true page; None (no session) agrees with no page."""
    body = {"state": name(page), "mark": fingerprint(page)} if page else {"state": "enter", "mark": ""}
    return Response(body, {"Content-Type": "application/json"}, 200)
