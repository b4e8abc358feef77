"""The routes of the code and those of the template are the same: a REST API calls nothing it does not know."""

import re

import pytest

from support import template as templates
from support.template import ROOT

DOORS = ("official_account", "wecom", "youzan", "receipts", "intake", "registration", "rights")
ROUTE = re.compile(r'@app\.route\(\s*"(?P<path>[^"]+)",\s*methods=\[(?P<methods>[^\]]*)\]')


def _of_code(name: str) -> set[tuple[str, str]]:
    code = (ROOT / f"functions/{name}/app.py").read_text("utf-8")
    found = {
        (method, match["path"]) for match in ROUTE.finditer(code) for method in re.findall(r"[A-Z]+", match["methods"])
    }
    assert len(re.findall(r"@app\.route", code)) == len(ROUTE.findall(code)), "a route written in another way"
    return found


def _of_template(name: str) -> set[tuple[str, str]]:
    (function,) = [one for one in templates.functions(templates.read()).values() if templates.name_of(one) == name]
    events = [event["Properties"] for event in function["Events"].values() if event["Type"] == "Api"]
    assert all(event["RestApiId"] == {"Ref": "Api"} for event in events)
    return {(event["Method"].upper(), event["Path"]) for event in events}


@pytest.mark.parametrize("name", DOORS)
def test_code_and_template_agree(name: str) -> None:
    assert _of_code(name) == _of_template(name) != set()


def test_only_doors_have_routes() -> None:
    for function in templates.functions(templates.read()).values():
        if templates.name_of(function) not in DOORS:
            assert all(event["Type"] != "Api" for event in function["Events"].values())
