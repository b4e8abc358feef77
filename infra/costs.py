"""What Pond costs on AWS, computed: measured counts (infra/measured, kept by the benches' `--json`) times dated prices.

A kind of work that no bench has counted yet is said to be so. `cost_tables` writes the figures into docs/costs.md.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MEASURED, PRICES = HERE / "measured", HERE / "prices.json"
HOURS = 730  # a month
MINUTES = HOURS * 60
POLLS_A_MINUTE = 15  # Lambda: five pollers a queue, each asking for 20 s
BROADCASTS = {
    "wecom_group": "groups, tasks of their owners",
    "wecom_customer": "members, tasks of staff",
    "account": "members, through the account",
    "sms": "members, by text, with receipts",
    "duty": "groups, duties of volunteers",
}
Prices = dict[str, float]


@dataclass(frozen=True)
class Usage:
    """What some work used; all zero where nothing was counted."""

    write_units: float = 0
    read_units: float = 0
    api_requests: float = 0
    queue_messages: float = 0
    events: float = 0
    log_bytes: float = 0
    invocations: float = 0
    gb_seconds: float = 0
    stored_bytes: float = 0

    def times(self, factor: float) -> "Usage":
        """So many times as much."""
        return Usage(**{name: value * factor for name, value in vars(self).items()})

    def cost(self, prices: Prices) -> dict[str, float]:
        """Dollars, by service."""
        return {
            "DynamoDB writes": self.write_units * prices["dynamodb_million_write_units"] / 1e6,
            "DynamoDB reads": self.read_units * prices["dynamodb_million_read_units"] / 1e6,
            "API Gateway": self.api_requests * prices["api_million_requests"] / 1e6,
            "Lambda requests": self.invocations * prices["lambda_million_requests"] / 1e6,
            "Lambda time": self.gb_seconds * prices["lambda_gb_second_arm64"],
            "EventBridge": self.events * prices["events_million"] / 1e6,
            "SQS": self.queue_messages * 3 * prices["sqs_million_requests"] / 1e6,  # sent, taken, deleted
            "Logs": self.log_bytes * prices["logs_gb"] / 1e9,
        }


@dataclass(frozen=True)
class Work:
    """A kind of work, per thousand; `files` are what benches counted of it."""

    what: str
    files: tuple[str, ...]
    made_by: str
    route: str = ""  # where a bench counts by route
    counted: bool = field(init=False)
    usage: Usage = field(init=False)

    def __post_init__(self) -> None:
        known = [json.loads((MEASURED / name).read_text("utf-8")) for name in self.files if (MEASURED / name).exists()]
        object.__setattr__(self, "counted", len(known) == len(self.files))
        known = [one["routes"][self.route] for one in known] if self.route else known
        parts = [_read(one).times(1000 / one["people"]) for one in known]
        whole = {name: sum(getattr(part, name) for part in parts) for name in vars(Usage())}
        object.__setattr__(self, "usage", Usage(**whole))


def works() -> tuple[Work, ...]:
    """All kinds."""
    return (
        Work("members taken in", ("journey.json", "road.json"), "`make bench-journey`, `make bench-road`"),
        *(
            Work(f"broadcast targets: {what}", ("broadcast.json",), "`make bench-broadcast`", route)
            for route, what in BROADCASTS.items()
        ),
        Work("orders", ("orders.json",), "`make bench-orders`"),
    )


def _read(counts: dict[str, Any]) -> Usage:
    functions, memory = counts.get("functions", {}), counts.get("memory_mb", {})
    return Usage(
        **{name: counts.get(name, 0) for name in vars(Usage()) if name not in ("invocations", "gb_seconds")},
        invocations=sum(one["invocations"] for one in functions.values()),
        gb_seconds=sum(one["milliseconds"] / 1000 * memory[name] / 1024 for name, one in functions.items()),
    )


def idle(prices: Prices, template: "Inventory") -> dict[str, float]:
    """A month in which nobody comes, by what is paid for."""
    caretaker = json.loads((MEASURED / "road.json").read_text("utf-8"))["caretaker"]
    seconds = caretaker["milliseconds"] / caretaker["invocations"] / 1000
    return {
        "alarms": template.alarms * prices["alarm_month"],
        "dashboard": prices["dashboard_month"],
        "secrets": template.secrets * prices["secret_month"],
        "key": prices["key_month"],
        "queues asked while empty": template.queues * POLLS_A_MINUTE * MINUTES * prices["sqs_million_requests"] / 1e6,
        "caretaker, each minute": MINUTES
        * (
            prices["lambda_million_requests"] / 1e6
            + seconds * caretaker["memory_mb"] / 1024 * prices["lambda_gb_second_arm64"]
        ),
    }


def by_parameter(prices: Prices, template: "Inventory") -> dict[str, float]:
    """A month of what is chosen by parameter, and of what comes with people."""
    held = template.snapped_gb * HOURS * 3600 * prices["snapstart_cache_gb_second"]
    return {
        "`Egress=nat` (gateway and address; its traffic is some MB a thousand members)": HOURS
        * (prices["nat_hour"] + prices["address_hour"]),
        "`SnapStart=on` (a version of each door kept)": held,
        "metrics, if every one is counted in every hour; paid by the hour in which it is": template.metrics
        * prices["metric_month"],
    }


@dataclass(frozen=True)
class Inventory:
    """How much there is of what is paid for by piece, counted in the templates and the code."""

    alarms: int
    metrics: int
    secrets: int
    queues: int
    snapped_gb: float


def inventory() -> Inventory:
    """What the templates of this checkout have."""
    from support.template import ROOT, functions, of_type, read

    template = read()
    found = functions(template)
    each = len(of_type(read("infra/unit.yaml"), "AWS::CloudWatch::Alarm"))
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "layers/pond/python/pond").rglob("*.py"))
    events = set(re.findall(r'^    name(?:: ClassVar\[str\])? = "([a-z_]+\.[a-z_]+)"', code, re.M))
    counted = set(re.findall(r'\b(?:count|measure)\(\s*f?"([A-Za-z]+)', code))
    return Inventory(
        alarms=each * len(found) + len(of_type(read("infra/observability.yaml"), "AWS::CloudWatch::Alarm")),
        metrics=len(events) + len(counted),
        secrets=len(of_type(template, "AWS::SecretsManager::Secret")),
        queues=sum(event["Type"] == "SQS" for one in found.values() for event in one["Events"].values()),
        snapped_gb=sum(one.get("MemorySize", 512) / 1024 for one in found.values() if "SnapStart" in one),
    )


def stored(members: int, prices: Prices) -> float:
    """A month of keeping so many members, with point-in-time recovery."""
    (usage,) = [work.usage for work in works() if work.what == "members taken in"]
    gigabytes = usage.stored_bytes / 1000 * members / 1e9
    return gigabytes * (prices["dynamodb_gb_month"] + prices["dynamodb_backup_gb_month"])
