"""How a page becomes HTML.

What always holds: every value is escaped; a name missing in a template is an error, not a blank.
"""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pond.kernel.clock import CHINA
from pond.web import assets
from pond.web.pages import Page

_TEMPLATES = Path(__file__).parent / "templates"


def render(page: Page, prefix: str = "", form_token: str = "") -> str:
    """The page's HTML. `prefix` goes before our links; `form_token` into its forms."""
    return (
        _environment()
        .get_template(page.template)
        .render(
            page=page,
            state=name(page),
            mark=fingerprint(page),
            prefix=prefix,
            form_token=form_token,
            asset=assets.address,
        )
    )


def name(page: Page) -> str:
    """The state's name, as tests and the page's script see it: "waiting", "form", "group_code" …"""
    return page.template.removesuffix(".html")


def fingerprint(page: Page) -> str:
    """Changes when what the person would see changes; what the page's script compares."""
    return hashlib.sha256(repr(page).encode()).hexdigest()[:16]


def in_china(moment: datetime) -> datetime:
    """The wall clock in China, for showing."""
    return moment.astimezone(CHINA)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["in_china"] = in_china
    return environment
