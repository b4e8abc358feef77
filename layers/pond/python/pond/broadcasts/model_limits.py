"""What each route takes: how long a text, which attachments, how long their fields. The partners' facts, as rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pond.broadcasts.model_content import FORMS, Fault, Rendered, Route

_ATTACHED = frozenset(FORMS) - {"text"}


@dataclass(frozen=True)
class Limits:
    """Most bytes (UTF-8) of a text, how many attachments, and of which forms."""

    text_bytes: int
    attachments: int
    forms: frozenset[str]


LIMITS: Mapping[Route, Limits] = {
    "wecom_group": Limits(4_000, 9, _ATTACHED),  # WeCom: add_msg_template
    "wecom_customer": Limits(4_000, 9, _ATTACHED),
    "account": Limits(2_048, 1, frozenset({"image", "link", "mini_program"})),  # WeChat: one custom message each
    "sms": Limits(1_500, 0, frozenset()),  # 500 characters, the longest that vendors send
    "duty": Limits(6_000, 9, _ATTACHED),  # shown on our own page
}
TITLE_BYTES, NOTE_BYTES, APP_TITLE_BYTES, URL_BYTES = 128, 512, 64, 2_048  # WeCom: attachments


def faults(rendered: Rendered, route: Route) -> Iterator[Fault]:
    """Why a route would not take it."""
    limits = LIMITS[route]
    if not rendered.text.strip() and not rendered.attachments:
        yield Fault("body", 1, "content.empty", f"{route}: nothing is said")
    size = len(rendered.text.encode())
    if size > limits.text_bytes:
        line = _line_of(rendered.text, limits.text_bytes)
        yield Fault("body", line, "content.too_long", f"{route}: {size} bytes, {limits.text_bytes} are taken")
    if len(rendered.attachments) > limits.attachments:
        what = f"{route}: {len(rendered.attachments)}, {limits.attachments} are taken"
        yield Fault("attachments", 1, "content.attachments", what)
    for number, one in enumerate(rendered.attachments):
        where = f"attachments[{number}]"
        if one.form not in limits.forms:
            yield Fault(where, 1, "content.attachments", f"{route}: takes no {one.form}")
        title = APP_TITLE_BYTES if one.form == "mini_program" else TITLE_BYTES
        sizes = {"title": title, "note": NOTE_BYTES, "url": URL_BYTES, "page": URL_BYTES}
        for name, most in sizes.items():
            size = len(getattr(one, name).encode())
            if size > most:
                yield Fault(f"{where}.{name}", 1, "content.too_long", f"{size} bytes, {most} are taken")


def _line_of(text: str, at: int) -> int:
    """The line of the rendered text in which that byte stands."""
    return text.encode()[:at].count(b"\n") + 1
