"""Operators plan, approve, pause, resume and look into broadcasts, and mark duties done."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from pond.broadcasts import almanac, contents, courier, scheduling, store_chunks, store_responses
from pond.broadcasts.model_targets import SENT, Chunk
from pond.groups.store import GroupRow
from pond.kernel import queues
from pond.programmes import service as programmes
from support.cloud import ROOT
from support.places import add_group

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def programme_id(scheduling: None, unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("POND_BROADCAST_QUEUE_ARN", "arn:aws:sqs:us-east-1:000000000000:broadcasts")
    name = unique("programme")
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    programmes.apply(document | {"programme_id": name}, now)
    almanac.forget()
    contents.add({"content_id": name, "title": "早安", "form": "text", "body": "早安，今天吃什么？"}, "王芳", now)
    contents.preview(name, [name])
    contents.approve(name, "王芳", now)
    return name


def test_from_a_draft_to_a_duty_that_is_done(
    run: Run, programme_id: str, unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: deque[dict[str, Any]] = deque()
    monkeypatch.setattr(queues, "send", lambda url, bodies: waiting.extend(bodies))
    chat_id, broadcast_id = unique("chat"), unique("broadcast")
    add_group(programme_id, f"{programme_id}~pregnancy", chat_id, 180, 1)
    _somebody_in(chat_id)
    plan = ["plan", broadcast_id, "--programme", programme_id, "--content", programme_id, "--route", "duty"]
    code, said = run("broadcasts", *plan, "--audience", "everybody", "--at", "+5m")
    assert (code, "draft, duty" in said) == (0, True), said
    code, said = run("broadcasts", "preview", broadcast_id)
    assert (code, "1 groups now" in said, "早安，今天吃什么？" in said) == (0, True, True), said
    code, said = run("broadcasts", "approve", broadcast_id, "--by", "王芳")
    assert (code, "scheduled" in said) == (0, True), said
    assert "stopped (stopped by 李丽)" in run("broadcasts", "pause", broadcast_id, "--by", "李丽")[1]
    assert "scheduled" in run("broadcasts", "resume", broadcast_id, "--by", "李丽")[1]
    later = now + timedelta(minutes=5)
    waiting.append({"kind": "broadcast.due", "broadcast_id": broadcast_id})
    while waiting:
        courier.take(waiting.popleft(), later)
    assert f"{broadcast_id}  {programme_id}" in run("broadcasts", "list", "--programme", programme_id)[1]
    code, said = run("broadcasts", "duties", "--person", "staff")
    assert (code, broadcast_id in said, "open" in said) == (0, True, True), said
    duty_id = said.partition(f"{broadcast_id} ")[2].partition(":")[0]
    assert "waits" not in run("broadcasts", "explain", broadcast_id, chat_id)[1]
    assert "done in 1 more" in run("broadcasts", "done", broadcast_id, duty_id)[1]
    assert "done" in run("broadcasts", "duties", "--person", "staff")[1]
    said = run("broadcasts", "show", broadcast_id)[1]
    assert any(line.split()[:4] == ["all", "1", "1", "1"] for line in said.splitlines()), said


def test_the_version_that_surely_did_best_goes_to_the_rest(
    run: Run, programme_id: str, unique: Callable[[str], str], now: datetime, tmp_path: Path
) -> None:
    other, test = unique("piece"), unique("broadcast")
    contents.add(
        {"content_id": other, "title": "早安", "form": "text", "body": "今天吃什么？", "routes": ["account"]},
        "王芳",
        now,
    )
    contents.preview(other, [programme_id])
    contents.approve(other, "王芳", now)
    where = ("--programme", programme_id, "--route", "account", "--audience", "everybody", "--at", "+5m")
    versions = ("--content", f"{programme_id}=10", "--content", f"{other}=10")
    assert run("broadcasts", "plan", test, *versions, *where)[0] == 0
    rest = ("broadcasts", "winner", test, "--rest", "--at", "+1d", "--by", "王芳")
    assert "nobody opened, joined or bought" in run(*rest)[1]
    for variant in (0, 1):
        store_chunks.put(Chunk(broadcast_id=test, chunk_id=f"c{variant}", variant=variant, marks=SENT * 100))
    for number in range(12):
        store_responses.put(test, "opened", f"{programme_id}~1", "~", f"person{number}")
    for number in range(11):
        store_responses.put(test, "opened", f"{other}~1", "~", f"other{number}")
    code, said = run(*rest)
    assert (code, "may be chance" in said, f"{other}~1: opened 11 of 100" in said) == (1, True, True), said
    for number in range(11, 40):
        store_responses.put(test, "opened", f"{other}~1", "~", f"other{number}")
    code, said = run("broadcasts", "winner", test)
    assert (code, f"{other}~1 did best" in said, f"{other}~1: opened 40 of 100" in said) == (0, True, True), said
    assert "--at TIME and --by NAME" in run("broadcasts", "winner", test, "--rest")[1]
    code, said = run(*rest)
    assert (code, f"{test}-rest: scheduled" in said, f"{other}~1 100 %" in said) == (0, True, True), said
    assert scheduling.get(f"{test}-rest").approved_by == "王芳"


def test_what_is_wrong_is_said(run: Run, programme_id: str, unique: Callable[[str], str], tmp_path: Path) -> None:
    plan = ["plan", unique("broadcast"), "--programme", programme_id, "--route", "wecom_group", "--at", "+5m"]
    code, said = run("broadcasts", *plan, "--content", "nothing", "--audience", "everybody")
    assert (code, "no approved version" in said) == (1, True)
    code, said = run("broadcasts", *plan, "--content", f"{programme_id}=150", "--audience", "everybody")
    assert (code, "CONTENT=PERCENT" in said) == (1, True)
    file = tmp_path / "audience.yaml"
    file.write_text("where: {bought: true}")
    code, said = run("broadcasts", *plan, "--content", programme_id, "--audience", str(file))
    assert (code, "says nothing of a group" in said) == (1, True)
    file.write_text("where: {stage: [nowhere]}")
    assert run("broadcasts", *plan, "--content", programme_id, "--audience", str(file))[0] == 0
    code, said = run("broadcasts", "approve", plan[1], "--by", "王芳")
    assert (code, "nobody" in said) == (1, True)
    code, said = run("broadcasts", "explain", "unknown", "somebody")
    assert (code, "broadcast" in said) == (1, True)
    assert run("broadcasts", "opt-out", "somebody")[0] == run("broadcasts", "opt-in", "somebody")[0] == 0


def _somebody_in(chat_id: str) -> None:
    GroupRow(chat_id).update(actions=[GroupRow.live_seats.set(1)])
