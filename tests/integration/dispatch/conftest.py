"""Programmes whose broadcasts can be watched."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from pond.kernel import clock, queues
from pond.kernel.aws import client
from pond.kernel.settings import forget
from support.castings import Casting, Time, empty_buckets
from support.cloud import Cloud
from support.sandbox import Sandbox


@pytest.fixture(scope="session")
def schedules(cloud: Cloud) -> None:
    client("scheduler").create_schedule_group(Name=f"{cloud.prefix}-dispatch")


@pytest.fixture
def casting(
    cloud: Cloud, partners: Sandbox, schedules: None, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Casting]:
    """A programme of its own, with the sandbox as WeCom and messages that wait in this process."""
    tomorrow = clock.now() + timedelta(days=1)
    now = tomorrow.replace(hour=2, minute=0, second=0, microsecond=0)  # ten o'clock in China
    partners.do("PATCH", "/switches", {"wecom.mass_dispatch_seconds": 0, "wecom.mass_result_lag_seconds": 0})
    empty_buckets(f"{cloud.prefix}-buckets")  # other tests took from them in what is the future here
    made = Casting("", partners, Time(now), unique)
    made.until(now)
    made = made.elsewhere()
    monkeypatch.setattr(queues, "send", lambda url, bodies: made.waiting.extend(bodies))
    for name, value in {
        "POND_SCHEDULE_GROUP": "pond-test-dispatch",
        "POND_SCHEDULE_ROLE_ARN": "arn:aws:iam::000000000000:role/pond-schedules",
        "POND_BROADCAST_QUEUE_ARN": "arn:aws:sqs:us-east-1:000000000000:broadcasts",
    }.items():
        monkeypatch.setenv(name, value)
    forget()
    yield made
