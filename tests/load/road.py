"""What people on their way cost beside table units: invocations and their milliseconds, API requests, queue messages,
events, bytes of logs; counted on the deployed local stack, browsers and all. `python -m load.road` prints it.

Milliseconds are those of this machine, cold starts included: more than AWS needs.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from load import measured
from local import town
from local.processes import free_port
from support import chromium
from support.journeys import Pond, eventually
from support.visits import visiting

REPORT = re.compile(r"REPORT RequestId: \S+\s+Duration: (?P<ms>[\d.]+) ms")


def travel(pond: Pond, people: int) -> dict[str, Any]:
    """Lead so many from following to their welcome; the counts of them all."""
    pond.programme("road")
    pond.group("road", "pregnancy", "孕期 1 群", capacity=people)
    pond.opening("road")
    eventually(lambda: pond.is_open("road"), "the opening")
    with chromium.running() as browser:
        began = _milliseconds()
        for _ in range(people):
            mother = pond.mother()
            mother.books("road")
            with visiting(browser, mother) as page:
                page.enter("road")
                page.registers()
                page.sees("group_code")
                assert page.scans() == "joined"
                page.sees("joined")
            mother.hears("欢迎加入")
    assert pond.control.do("POST", "/settle", {"seconds": 60})["settled"]
    return {"people": people, **count(pond, began)}


def count(pond: Pond, began: int) -> dict[str, Any]:
    """What functions did since then; the caretaker, which time calls, apart."""
    prefix = f"/pond/{pond.town.environment()['POND_PREFIX']}/"
    logs = pond.town.cloud.client("logs")
    groups = [one["logGroupName"] for one in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]]
    functions: dict[str, dict[str, float]] = defaultdict(lambda: {"invocations": 0, "milliseconds": 0.0})
    totals = {"api_requests": 0, "queue_messages": 0, "events": 0, "log_bytes": 0}
    for group in groups:
        name = group.removeprefix(prefix)
        if name == "access":
            continue
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=began):
            for event in page["events"]:
                text = event["message"]
                totals["log_bytes"] += 0 if name == "caretaker" else len(text.encode()) + 26  # what CloudWatch adds
                if report := REPORT.search(text):
                    functions[name]["invocations"] += 1
                    functions[name]["milliseconds"] += float(report["ms"])
                _tally(totals, text)
    memory = _memory(pond)
    caretaker = functions.pop("caretaker") | {"memory_mb": memory.pop("caretaker")}
    return {**totals, "functions": dict(functions), "memory_mb": memory, "caretaker": caretaker}


def _tally(totals: dict[str, int], text: str) -> None:
    if '"level"' not in text:
        return
    said = json.loads(text[text.index("{") :])
    if said.get("message") == "answered":
        totals["api_requests"] += 1
    elif said.get("message") == "worked":
        totals["queue_messages"] += said["messages"]
    elif said.get("message") == "relayed":
        totals["events"] += said["events"]


def _memory(pond: Pond) -> dict[str, int]:
    found = pond.town.cloud.client("lambda").list_functions()["Functions"]
    prefix = f"{pond.town.environment()['POND_PREFIX']}-"
    return {one["FunctionName"].removeprefix(prefix): one["MemorySize"] for one in found}


def _milliseconds() -> int:
    return int(time.time() * 1000)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5)
    measured.add_to(parser)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, town.running(free_port(), free_port(), Path(folder)) as running:
        counts = travel(Pond(running, Path(folder)), given.people)
    print(json.dumps(counts, indent=2, sort_keys=True))
    measured.keep(given.json, counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
