"""Hostile templates are refused with their line before anything of them runs; good ones say what they should."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.broadcasts import inspecting, rendering
from pond.broadcasts.model_content import Attachment, Content
from pond.broadcasts.model_limits import LIMITS, faults
from pond.kernel.errors import Permanent


def piece(body: str, **more: object) -> Content:
    return Content(content_id="x", version=1, title="x", form="text", body=body, **more)  # type: ignore[arg-type]


HOSTILE = {
    "unknown variable": ("你好 {{ name }}", 1, "content.unknown_variable"),
    "its line": ("一\n二\n{{ phone }}", 3, "content.unknown_variable"),
    "attribute": ("{{ programme.__class__ }}", 1, "content.construct"),
    "item": ("{{ programme['__class__'] }}", 1, "content.construct"),
    "attribute filter": ("{{ programme|attr('__class__') }}", 1, "content.construct"),
    "call": ("{{ programme() }}", 1, "content.construct"),
    "method": ("{{ ''.join(rules) }}", 1, "content.construct"),
    "range": ("{% for n in range(1000000000) %}a{% endfor %}", 1, "content.loop"),
    "loop over a text": ("\n{% for n in programme %}{{ n }}{% endfor %}", 2, "content.loop"),
    "loop over what it makes": ("{% for n in [1, 2] %}{{ n }}{% endfor %}", 1, "content.loop"),
    "loop within a loop": ("{% for a in week %}\n{% for b in week %}x{% endfor %}{% endfor %}", 2, "content.loop"),
    "recursive": ("{% for a in week recursive %}{{ loop(a) }}{% endfor %}", 1, "content.loop"),
    "shadowing": ("{% for week in week %}x{% endfor %}", 1, "content.loop"),
    "the loop's own name": ("{% for a in week %}{{ loop.index }}{% endfor %}", 1, "content.construct"),
    "multiplication": ("{{ 'a' * 1000000000 }}", 1, "content.construct"),
    "power": ("{{ 9 ** 9 ** 9 }}", 1, "content.construct"),
    "format": ("{{ '%999999999d' % 1 }}", 1, "content.construct"),
    "slow filter": ("{{ programme|center(1000000000) }}", 1, "content.construct"),
    "tojson": ("{{ programme|tojson }}", 1, "content.construct"),
    "map": ("{{ rules|map(attribute='__class__')|list }}", 1, "content.construct"),
    "set": ("{% set a = programme %}", 1, "content.construct"),
    "macro": ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", 1, "content.construct"),
    "include": ("{% include '/etc/passwd' %}", 1, "content.construct"),
    "import": ("{% import 'os' as os %}", 1, "content.construct"),
    "extends": ("{% extends 'base' %}", 1, "content.construct"),
    "block": ("{% block a %}{{ self.a() }}{% endblock %}", 1, "content.construct"),
    "test": ("{% if programme is callable %}x{% endif %}", 1, "content.construct"),
    "floats": ("{{ 1e308 }}", 1, "content.construct"),
    "list": ("{{ [programme] }}", 1, "content.construct"),
    "not closed": ("好\n{% if programme %}", 2, "content.syntax"),
    "no template": ("{{ ", 1, "content.syntax"),
    "deep": ("{{ " + "(" * 3000 + "programme" + ")" * 900 + " }}", 1, ("content.syntax", "content.too_large")),
    "many parts": ("{{week}}" * 420, 1, "content.too_large"),
    "link to http": ('{{ link("http://example.com", "a") }}', 1, "content.link"),
    "link to a script": ('{{ link("javascript:alert(1)", "a") }}', 1, "content.link"),
    "link to a variable": ('{{ link(group, "a") }}', 1, "content.link"),
    "link without a tag": ('{{ link("https://example.com") }}', 1, "content.link"),
    "link with a strange tag": ('{{ link("https://example.com", "a b") }}', 1, "content.link"),
    "the function itself": ("{{ link }}", 1, "content.unknown_variable"),
}


@pytest.mark.parametrize("source, line, code", HOSTILE.values(), ids=HOSTILE)
def test_what_a_template_must_not_do_is_refused_with_its_line(
    source: str, line: int, code: str | tuple[str, ...]
) -> None:
    found = inspecting.faults("body", source)
    assert found
    assert found[0].line == line
    assert found[0].code in code
    with pytest.raises(Permanent):
        rendering.render(piece(source), {})


def test_every_fault_is_told_not_only_the_first() -> None:
    found = inspecting.faults("body", "{{ a }}\n{{ b }}\n{% if programme.x %}{% endif %}")
    assert [(one.line, one.code) for one in found] == [
        (1, "content.unknown_variable"),
        (2, "content.unknown_variable"),
        (3, "content.construct"),
    ]


def test_what_is_allowed_is_filled_in() -> None:
    body = (
        "{% if group %}{{ group }}{% else %}{{ programme }}{% endif %}：\n"
        "{% for rule in rules %}· {{ rule }}\n{% endfor %}"
        "{% if week and not today %}\n"
        '{{ week|length }} {{ week|join("，") }} {{ today|join|default("无", true) }}\n{% endif %}'
        '{{ link("https://shop.example/p?a=1", "milk") }}'
    )
    assert inspecting.faults("body", body) == []
    assert rendering.names(piece(body)) == {"group", "programme", "rules", "week", "today"}
    values: dict[str, str | tuple[str, ...]] = {
        "programme": "鱼塘",
        "rules": ("好好说话", "不发广告"),
        "week": ("周三 直播",),
    }
    said = rendering.render(piece(body), values, lambda url, tag: f"[{tag}→{url}]").text
    assert said == "鱼塘：\n· 好好说话\n· 不发广告\n1 周三 直播 无\n[milk→https://shop.example/p?a=1]"


def test_values_are_never_read_as_templates() -> None:
    assert rendering.render(piece("{{ group }}"), {"group": "{{ 7 * 7 }}<b>&"}).text == "{{ 7 * 7 }}<b>&"


def test_what_grows_too_long_ends() -> None:
    with pytest.raises(Permanent, match="longer than"):
        rendering.render(piece("{% for a in week %}{{ a }}{% endfor %}"), {"week": ("长" * 1000,) * 20})


@given(st.text(alphabet=string.printable + "中文", max_size=60).map(lambda text: "{{" + text))
def test_no_template_crashes_the_look_at_it(source: str) -> None:
    if not inspecting.faults("body", source):
        rendering.render(piece(source), {})


WORDS = ["programme", "week", "rules", "name", "'a'", "1", "link", "range", "x", "loop", "__class__", "self"]
SIGNS = [
    "(",
    ")",
    "[",
    "]",
    ".",
    "|",
    "*",
    "+",
    "~",
    ",",
    "==",
    "and",
    "if",
    "else",
    "in",
    "for",
    "is",
    "not",
    "%}",
    "}}",
]


@given(st.lists(st.sampled_from(WORDS + SIGNS + ["{{", "{%"]), max_size=14).map(" ".join))
def test_whatever_passes_renders_shortly(source: str) -> None:
    if not inspecting.faults("body", source):
        assert len(rendering.render(piece(source), {"programme": "鱼塘", "week": ("a", "b")}).text) < 500


def test_each_route_takes_what_its_partner_takes() -> None:
    def codes(text: str, route: str, *attachments: Attachment) -> list[tuple[str, int, str]]:
        from pond.broadcasts.model_content import Rendered

        found = faults(Rendered(text, attachments), route)  # type: ignore[arg-type]
        return [(one.field, one.line, one.code) for one in found]

    assert codes("好" * 1333, "wecom_group") == []
    assert codes("一行\n" + "好" * 1333, "wecom_group") == [("body", 2, "content.too_long")]
    assert codes("好" * 5000, "account") == [("body", 1, "content.too_long")]
    assert codes(" \n", "duty") == [("body", 1, "content.empty")]
    picture = Attachment(form="image", media="a")
    assert codes("", "wecom_group", *[picture] * 9) == []
    assert codes("", "wecom_group", *[picture] * 10) == [("attachments", 1, "content.attachments")]
    assert ("attachments[0]", 1, "content.attachments") in codes("好", "sms", picture)
    link = Attachment(form="link", title="题" * 43, url="https://a.example")
    assert codes("好", "wecom_group", link) == [("attachments[0].title", 1, "content.too_long")]
    assert set(LIMITS) == {"wecom_group", "wecom_customer", "account", "sms", "duty"}
