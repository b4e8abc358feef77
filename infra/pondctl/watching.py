"""What a person called at night looks at: `alarms`, `logs`, `queues`, `releases`; and `rollback`."""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pond.kernel.aws import client
from pond.kernel.errors import NotFound, Refused
from pond.kernel.settings import settings
from pondctl.openings import positive
from pondctl.output import china, table

ALIAS = "live"
_SAID = ("code", "reason", "outcome", "duty", "pool_id", "chat_id", "status", "route", "failed")


def add_to(commands: Any) -> None:
    """The commands of this file."""
    commands.add_parser("alarms", help="which alarms ring, and the page that says what to do").set_defaults(
        run=run_alarms
    )
    logs = commands.add_parser("logs", help="what functions wrote, all or one; by word, such as a correlation id")
    logs.add_argument("function", nargs="?", metavar="FUNCTION")
    logs.add_argument("--find", default="", metavar="WORD")
    logs.add_argument("--minutes", type=positive, default=60, metavar="N", help="how far back (60)")
    logs.add_argument("--worse", action="store_true", help="warnings and errors only")
    logs.set_defaults(run=run_logs)
    commands.add_parser("queues", help="how much lies on each queue and among its dead letters").set_defaults(
        run=run_queues
    )
    commands.add_parser("releases", help="which version of each function runs").set_defaults(run=run_releases)
    back = commands.add_parser("rollback", help="run the version before; the next deploy goes forward again")
    back.add_argument("function", metavar="FUNCTION", help="its name, or all")
    back.set_defaults(run=run_rollback)


def run_alarms(_: argparse.Namespace, now: datetime) -> int:
    """List the alarms, ringing ones first; 1 if any rings."""
    pages = client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{settings().prefix}-")
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    found.sort(key=lambda alarm: (alarm["StateValue"] != "ALARM", alarm["AlarmName"]))
    rows = (
        (
            alarm["AlarmName"],
            "RINGS" if alarm["StateValue"] == "ALARM" else "quiet",
            china(alarm["StateUpdatedTimestamp"].astimezone(UTC)),
            alarm["AlarmDescription"].rpartition(" - ")[2],
        )
        for alarm in found
    )
    table(("alarm", "state", "since (China)", "what to do"), rows, "there are no alarms: is the prefix right?")
    return 1 if any(alarm["StateValue"] == "ALARM" for alarm in found) else 0


def run_logs(given: argparse.Namespace, now: datetime) -> int:
    """Print log lines, oldest first."""
    since = now - timedelta(minutes=given.minutes)
    groups = [given.function] if given.function else sorted(_functions())
    lines = [line for name in groups for line in _lines(name, since, given.find)]
    rows = (
        (china(at), name, said["level"], said["message"], _about(said), said.get("correlation_id", ""))
        for at, name, said in sorted(lines, key=lambda line: line[0])
        if not given.worse or said["level"] not in ("INFO", "DEBUG")
    )
    table(("at (China)", "function", "level", "said", "about", "correlation id"), rows, "nothing was written")
    return 0


def run_queues(_: argparse.Namespace, now: datetime) -> int:
    """List queues with what lies there."""
    sqs, prefix = client("sqs"), f"{settings().prefix}-"
    rows = []
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix):
        for url in page.get("QueueUrls", []):
            names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            rows.append((url.rsplit("/", 1)[1].removeprefix(prefix), *(told[name] for name in names)))
    table(("queue", "waiting", "being worked on"), sorted(rows), "there are no queues: is the prefix right?")
    return 0


def run_releases(_: argparse.Namespace, now: datetime) -> int:
    """List what the alias of each function points to."""
    functions = client("lambda")
    rows = []
    for name, full in sorted(_functions().items()):
        live = functions.get_function_configuration(FunctionName=full, Qualifier=ALIAS)
        rows.append((name, live["Version"], live["Environment"]["Variables"]["POND_RELEASE"]))
    table(("function", "version", "release"), rows, "there are no functions: is the prefix right?")
    return 0


def run_rollback(given: argparse.Namespace, now: datetime) -> int:
    """Point aliases to the version before the one that runs."""
    functions = chosen(given.function)
    planned = {name: _before(full) for name, full in functions.items()}
    for name, (running, before) in planned.items():
        client("lambda").update_alias(FunctionName=functions[name], Name=ALIAS, FunctionVersion=before)
        print(f"{name}: {running} -> {before}")
    return 0


def chosen(function: str) -> dict[str, str]:
    """The function of this short name, or `all`: short names and full ones, in order.

    Raises:
        NotFound: `function.unknown`
    """
    known = _functions()
    if function != "all" and function not in known:
        raise NotFound("function.unknown", f"no function {function}: there are {', '.join(sorted(known))}")
    return dict(sorted(known.items())) if function == "all" else {function: known[function]}


def _before(function: str) -> tuple[str, str]:
    """The version that runs, and the one before it.

    Raises:
        Refused: `release.first`: there is none before.
    """
    functions = client("lambda")
    running = functions.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"]
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    numbers = [int(one["Version"]) for page in pages for one in page["Versions"] if one["Version"].isdigit()]
    earlier = [number for number in numbers if number < int(running)]
    if not earlier:
        raise Refused("release.first", f"{function}: no version before {running} is there any more; deploy it again")
    return running, str(max(earlier))


def _functions() -> dict[str, str]:
    """Short names and full ones of the deployment's functions."""
    prefix = f"{settings().prefix}-"
    pages = client("lambda").get_paginator("list_functions").paginate()
    names = [one["FunctionName"] for page in pages for one in page["Functions"]]
    return {name.removeprefix(prefix): name for name in names if name.startswith(prefix)}


def _lines(name: str, since: datetime, word: str) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    logs = client("logs")
    asked = {"logGroupName": f"/pond/{settings().prefix}/{name}", "startTime": int(since.timestamp() * 1000)}
    if word:
        asked["filterPattern"] = json.dumps(word)
    try:
        for page in logs.get_paginator("filter_log_events").paginate(**asked):
            for event in page["events"]:
                said = _read(event["message"])
                if said and word in event["message"]:
                    yield datetime.fromtimestamp(event["timestamp"] / 1000, UTC), name, said
    except logs.exceptions.ResourceNotFoundException:
        raise NotFound("logs.unknown", f"{name} has no log: there are {', '.join(sorted(_functions()))}") from None


def _read(message: str) -> dict[str, Any] | None:
    """A line of ours; None for Lambda's own, and for metrics."""
    start = message.find("{")
    try:
        said = json.loads(message[start:]) if start >= 0 else None
    except ValueError:
        return None
    return said if isinstance(said, dict) and "level" in said and "message" in said else None


def _about(said: dict[str, Any]) -> str:
    return " ".join(f"{name}={said[name]}" for name in _SAID if said.get(name) not in (None, "", {}, 0))
