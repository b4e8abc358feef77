"""Every page state: it renders, escapes, says one heading, keeps within the size budget and needs nothing inline."""

import dataclasses
import gzip
import re
from typing import Any

import pytest
from jinja2 import UndefinedError

import gallery
from pond.web import assets, fields, pages, rendering

BUDGET = 100 * 1024  # bytes transferred on a first visit, uncompressed
EVIL = "<script>alert('1')</script>\"'&"
ALL = sorted(gallery.SAMPLES)


def test_the_gallery_shows_every_kind_of_page() -> None:
    shown = {type(page) for page in gallery.SAMPLES.values()}
    assert shown == set(pages.Page.__subclasses__())


@pytest.mark.parametrize("name", ALL)
def test_it_renders_with_one_heading_and_its_state_named(name: str) -> None:
    page = gallery.SAMPLES[name]
    html = rendering.render(page, "/h5", "token")
    assert html.count("<h1>") == 1
    assert f'data-state="{rendering.name(page)}"' in html
    assert '<html lang="zh-CN">' in html and "<title>" in html
    assert "None" not in html


@pytest.mark.parametrize("name", ALL)
def test_whatever_text_is_in_it_is_escaped(name: str) -> None:
    html = rendering.render(_with_evil(gallery.SAMPLES[name]), "/h5", EVIL)
    assert "<script>alert" not in html
    for tag in re.findall(r"<[^>]*>", html):
        assert "alert('1')" not in tag, tag


@pytest.mark.parametrize("name", ALL)
def test_nothing_stands_inline_and_links_are_ours(name: str) -> None:
    html = rendering.render(gallery.SAMPLES[name], "/h5", "token")
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<[^>]*\s(style|on\w+)=", html)
    for link in re.findall(r'(?:href|src|action)="([^"]*)"', html):
        assert link.startswith(("/h5/", "data:image/")), link


@pytest.mark.parametrize("name", ALL)
def test_a_first_visit_is_light(name: str) -> None:
    html = rendering.render(gallery.SAMPLES[name], "/h5", "token")
    files = [assets.read(one)[0] for one in assets.names() if f"/assets/{one}" in html]
    assert len(files) >= 3
    assert len(html.encode()) + sum(len(file.encode()) for file in files) < BUDGET / 4
    assert len(gzip.compress(html.encode())) < 4096


@pytest.mark.parametrize("name", ["waiting", "getting_seat", "group_code", "waitlist"])
def test_a_state_that_changes_by_itself_asks_again_without_scripts(name: str) -> None:
    assert '<noscript><meta http-equiv="refresh"' in rendering.render(gallery.SAMPLES[name])


def test_a_form_being_filled_in_is_never_refreshed() -> None:
    assert 'http-equiv="refresh"' not in rendering.render(gallery.SAMPLES["form"])


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it() -> None:
    html = rendering.render(gallery.SAMPLES["form_wrong"])
    for typed in ("王小美", "13800138000", "12345", "2029-03-09", "杭州"):
        assert f'value="{typed}"' in html
    assert re.search(r'value="pregnancy"[^>]* checked', html)
    for field in ("phone", "code", "day"):
        assert re.search(rf'<input id="{field}"[^>]*aria-describedby="{field}-error"', html)
        assert f'id="{field}-error"' in html
    assert 'id="name-error"' not in html


def test_every_fault_the_members_room_knows_has_a_sentence_of_its_own() -> None:
    import inspect

    from pond.members import model, registration

    source = inspect.getsource(model) + inspect.getsource(registration)
    codes = set(re.findall(r'"((?:phone|stage|day|consent|name|city|answer)\.[a-z_]+)"', source))
    codes |= {f"{field}.{fault}" for field in ("name", "city") for fault in ("empty", "too_long", "characters")}
    codes |= {f"code.{reason}" for reason in ("wrong", "expired", "used_up", "not_asked")}
    sentences = (rendering._TEMPLATES / "sentences.html").read_text()
    assert {code for code in codes if f'"{code}":' not in sentences} == set()


def test_a_name_missing_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering._environment().from_string("{{ nothing_of_this_name }}").render()


def test_the_fingerprint_changes_with_what_is_seen() -> None:
    page = pages.Waitlist(place=3)
    assert rendering.fingerprint(page) == rendering.fingerprint(pages.Waitlist(place=3))
    assert rendering.fingerprint(page) != rendering.fingerprint(pages.Waitlist(place=2))


def test_an_assets_address_changes_with_its_content() -> None:
    assert re.fullmatch(r"/assets/pond\.css\?v=[0-9a-f]{10}", assets.address("pond.css"))


def _with_evil(page: pages.Page) -> pages.Page:
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(page):
        value = getattr(page, field.name)
        if field.name == "values":
            changes["values"] = fields.Values(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL)
        elif field.name == "questions":
            changes["questions"] = (fields.Question(EVIL, EVIL, ((EVIL, EVIL),)),)
        elif field.name == "choices":
            changes["choices"] = (fields.Choice(EVIL, EVIL, EVIL),)
        elif isinstance(value, str) and field.name not in ("reason", "code_state"):
            changes[field.name] = EVIL
    return dataclasses.replace(page, **changes)
