"""Programmes whose broadcasts can be watched."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from typing import Any

import pytest
import yaml

from pond.broadcasts import contents, rendering, timing
from pond.broadcasts.model_content import Content, Rendered
from pond.broadcasts.model_timing import Rules, Verdict
from pond.kernel import clock, queues
from pond.kernel.aws import client
from pond.kernel.settings import forget
from pond.programmes import service as programmes
from support.castings import Casting
from support.cloud import ROOT, Cloud
from support.sandbox import Sandbox


@pytest.fixture(scope="session")
def schedules(cloud: Cloud) -> None:
    client("scheduler").create_schedule_group(Name=f"{cloud.prefix}-dispatch")


@pytest.fixture
def casting(
    partners: Sandbox, schedules: None, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Casting]:
    """A programme of its own, with the sandbox as WeCom and messages that wait in this process."""
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    now = clock.now()
    document |= {"programme_id": unique("programme")}
    programmes.apply(document, now)
    partners.do("PATCH", "/switches", {"wecom.mass_dispatch_seconds": 0, "wecom.mass_result_lag_seconds": 0})
    made = Casting(document["programme_id"], partners, now, unique)
    monkeypatch.setattr(queues, "send", lambda url, bodies: made.waiting.extend(bodies))
    for name, value in {
        "POND_SCHEDULE_GROUP": "pond-test-dispatch",
        "POND_SCHEDULE_ROLE_ARN": "arn:aws:iam::000000000000:role/pond-schedules",
        "POND_BROADCAST_QUEUE_ARN": "arn:aws:sqs:us-east-1:000000000000:broadcasts",
    }.items():
        monkeypatch.setenv(name, value)
    forget()
    # until these are there
    content = lambda content_id, version: Content(content_id=content_id, version=version, title="t", form="text", body="早安")
    monkeypatch.setattr(contents, "get", content)
    monkeypatch.setattr(rendering, "values_for", lambda *a: {})
    monkeypatch.setattr(rendering, "render", lambda content, values, *a: Rendered(f"{content.body} {content.content_id}"))
    monkeypatch.setattr(timing, "rules", lambda p: Rules())
    monkeypatch.setattr(timing, "next_moment", lambda rules, at: Verdict("send", at))
    monkeypatch.setattr(timing, "allowed", lambda rules, kind, counted, at: Verdict("send", at))
    monkeypatch.setattr(timing, "periods", lambda at: ("day", "week", "month"))
    yield made
