"""Alarms have a page that says what to do; what the dashboard shows is counted by somebody."""

import json
import re
from pathlib import Path

import pytest

from support import template as templates
from support.template import ROOT

RUNBOOKS = ROOT / "infra/runbooks"


def _alarms() -> dict[str, str]:
    """What each alarm is called, and what it says."""
    return {
        found["Properties"]["AlarmName"]["Fn::Sub"]: found["Properties"]["AlarmDescription"]
        for path in sorted((ROOT / "infra").glob("*.yaml"))
        for found in templates.of_type(templates.read(f"infra/{path.name}"), "AWS::CloudWatch::Alarm").values()
    }


def test_every_alarm_names_its_runbook_and_every_runbook_has_an_alarm() -> None:
    named = {description.rpartition(" - ")[2] for description in _alarms().values()}
    assert named == {str(page.relative_to(ROOT)) for page in RUNBOOKS.glob("*.md") if page.stem != "README"}


@pytest.mark.parametrize("page", sorted(page for page in RUNBOOKS.glob("*.md") if page.stem != "README"))
def test_a_runbook_says_what_it_means_and_how_to_look_mend_and_prove(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"^(?:## |\*\*)(Look|Mend|Prove|Means)", text, re.M) == ["Means", "Look", "Mend", "Prove"]


def test_the_list_of_runbooks_has_every_alarm() -> None:
    listed = set(re.findall(r"^\| `…-([^`]+)` \|", (RUNBOOKS / "README.md").read_text("utf-8"), re.M))
    assert listed == {name.removeprefix("${Prefix}-").replace("${Name}", "<function>") for name in _alarms()}


def test_the_dashboard_shows_what_is_counted() -> None:
    body, words = templates.read("infra/observability.yaml")["Resources"]["Dashboard"]["Properties"]["DashboardBody"][
        "Fn::Sub"
    ]
    assert words.keys() == {"Words"}
    widgets = json.loads(body)["widgets"]
    shown = {metric[1] for one in widgets for metric in one["properties"]["metrics"] if metric[0] == "Pond"}
    assert shown - _counted() == set()


def test_alarms_on_our_own_metrics_are_counted_and_told_apart_by_deployment() -> None:
    for found in templates.of_type(templates.read("infra/observability.yaml"), "AWS::CloudWatch::Alarm").values():
        given = found["Properties"]
        if given["Namespace"] == "Pond":
            assert given["MetricName"] in _counted()
            assert given["Dimensions"] == [{"Name": "service", "Value": {"Ref": "Prefix"}}]
    variables = templates.read()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == {"Ref": "Prefix"}


def _counted() -> set[str]:
    """The metrics that code counts: by name, by an outcome in the name, or as an event that the relay publishes."""
    code = "\n".join(
        path.read_text("utf-8")
        for folder in ("layers/pond/python/pond", "functions")
        for path in (ROOT / folder).rglob("*.py")
    )
    events = re.findall(r'^    name(?:: ClassVar\[str\])? = "([a-z_]+\.[a-z_]+)"', code, re.M)
    calls = re.findall(r"\b(?:count|measure)\(([^)]*)", code)
    literal = [name for call in calls for name in re.findall(r'"([A-Z][A-Za-z]+)', call)]
    told = re.findall(r'count\(f"(?:Welcome|Notice|Registration)', code)
    assert told
    outcomes = {f"{kind}{how}" for kind in ("Welcome", "Notice") for how in ("Told",)}
    return {*literal, *outcomes, *(name.replace("_", ".").title().replace(".", "") for name in events)}
