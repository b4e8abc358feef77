"""One id from a person's click or a partner's callback to its last effect, in the log of every function on the way."""

import json
import time
from collections import defaultdict
from functools import partial
from typing import Any

from support.journeys import Mother, Pond, eventually
from support.visits import Visiting

WAYS = {
    "a form": {"registration", "relay", "allocation", "membership"},
    "a join": {"wecom", "relay", "membership", "greeting"},
}


def test_a_journeys_ids_are_in_every_functions_log(pond: Pond, mother: Mother, yutang: str, visit: Visiting) -> None:
    began = int(time.time() * 1000)
    mother.books(yutang)
    with visit(mother) as page:
        page.enter(yutang)
        page.registers()
        page.sees("group_code")
        assert page.scans() == "joined"
        page.sees("joined")
    mother.hears("欢迎加入")
    for what, way in WAYS.items():
        eventually(partial(_went, pond, began, way), f"{what}: {way}")
    assert {"official_account", "intake"} <= set().union(*_ids(pond, began).values())
    for name, line in _lines(pond, began):
        assert line.get("correlation_id") or name == "relay", f"{name}: {line['message']} has no cause"


def _went(pond: Pond, began: int, way: set[str]) -> bool:
    """Whether one id is in all these functions' logs."""
    return any(names >= way for names in _ids(pond, began).values())


def _ids(pond: Pond, began: int) -> dict[str, set[str]]:
    """In which functions' logs each id is."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, line in _lines(pond, began):
        for cause in {line.get("correlation_id"), *line.get("correlation_ids", [])} - {None}:
            found[str(cause)].add(name)
    return found


def _lines(pond: Pond, began: int) -> list[tuple[str, dict[str, Any]]]:
    logs, prefix = pond.town.cloud.client("logs"), f"/pond/{pond.town.environment()['POND_PREFIX']}/"
    groups = [one["logGroupName"] for one in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]]
    lines = [
        (name.removeprefix(prefix), event["message"])
        for name in groups
        for event in logs.filter_log_events(logGroupName=name, startTime=began)["events"]
    ]
    read = [(name, json.loads(text[text.index("{") :])) for name, text in lines if '"level"' in text]
    return [(name, line) for name, line in read if "message" in line]
