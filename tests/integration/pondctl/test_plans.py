"""Operators bring in the ready plans, look at their pieces, approve them, and see the calendar."""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pond.broadcasts import almanac, contents, keywords
from pond.programmes import service as programmes
from support.cloud import ROOT
from support.places import add_group

Run = Callable[..., tuple[int, str]]
FILES = sorted((ROOT / "infra/plans").glob("*.yaml"))


@pytest.fixture
def programme_id(unique: Callable[[str], str], now: datetime) -> str:
    name = unique("programme")
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    programmes.apply(document | {"programme_id": name}, now)
    almanac.forget()
    keywords.forget()
    return name


def with_own_pieces(ready: Path, folder: Path) -> Path:
    """A ready plan whose pieces have names of their own: the library is one, and others approve the same."""
    document = yaml.safe_load(ready.read_text("utf-8"))
    ids = [piece["content_id"] for piece in document["contents"]]
    own = {content_id: f"p{secrets.token_hex(4)}-{number}" for number, content_id in enumerate(ids)}

    def renamed(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: value if key == "step_id" else renamed(value) for key, value in part.items()}
        if isinstance(part, list):
            return [renamed(one) for one in part]
        return own.get(part, part) if isinstance(part, str) else part

    file = folder / ready.name
    file.write_text(yaml.safe_dump(renamed(document), allow_unicode=True, sort_keys=False), "utf-8")
    return file


@pytest.mark.parametrize("ready", FILES, ids=lambda file: file.stem)
def test_a_ready_plan_goes_from_its_file_to_the_calendar(
    run: Run, programme_id: str, ready: Path, now: datetime, tmp_path: Path
) -> None:
    file = with_own_pieces(ready, tmp_path)
    plan_id = yaml.safe_load(file.read_text("utf-8"))["plan"]["plan_id"]
    add_group(programme_id, f"{programme_id}~newborn", f"{programme_id}-chat", 5, 1)
    code, said = run("content", "add", str(file), "--by", "李丽")
    assert code == 0, said
    assert run("content", "add", str(file), "--by", "李丽")[1].count("same: ") == len(said.splitlines())
    code, said = run("plans", "apply", str(file), "--programme", programme_id, "--by", "王芳")
    assert (code, "is not approved" in said) == (1, True)
    code, said = run("content", "preview", "--file", str(file), "--programme", programme_id)
    assert (code, "!!" in said) == (0, False), said
    code, said = run("content", "approve", "--file", str(file), "--by", "王芳")
    assert code == 0, said
    code, said = run("plans", "apply", str(file), "--programme", programme_id, "--by", "王芳")
    assert (code, f"created: {plan_id}" in said) == (0, True), said
    assert f"same: {plan_id}" in run("plans", "apply", str(file), "--programme", programme_id, "--by", "王芳")[1]
    assert plan_id in run("plans", "list")[1]
    assert "version 1, active" in run("plans", "show", plan_id, "--programme", programme_id)[1]
    code, said = run("plans", "calendar", "--programme", programme_id, "--days", "8")
    assert code == 0
    if plan_id == "daily":
        assert "2026-11-24 08:30  daily  morning" in said
        answered = keywords.answer(programme_id, "宝宝可以加辅食了吗？", now)
        assert answered
        assert answered.startswith("辅食满 6 个月开始加")


def test_a_fault_is_shown_with_its_line_and_ends_with_one(
    run: Run, programme_id: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    piece = unique("piece")
    body = "早上好\n{{ name }}"
    file = tmp_path / "pieces.yaml"
    file.write_text(yaml.safe_dump({"contents": [{"content_id": piece, "title": "t", "form": "text", "body": body}]}))
    assert run("content", "add", str(file), "--by", "李丽")[0] == 0
    code, said = run("content", "preview", piece, "--programme", programme_id)
    assert (code, "!! body, line 2: content.unknown_variable: name" in said) == (1, True)
    code, said = run("content", "approve", piece, "--by", "王芳")
    assert (code, "line 2" in said) == (1, True)
    assert "version 1, draft" in run("content", "show", piece)[1]
    assert contents.newest_approved(piece) is None
    assert piece in run("content", "list")[1]
    assert run("content", "approve", "--by", "王芳")[0] == 1
    assert run("content", "show", "gone-piece")[0] == 1


def test_an_audience_is_counted_before_anything_is_sent(run: Run, programme_id: str) -> None:
    add_group(programme_id, f"{programme_id}~newborn", f"{programme_id}-a", 5, 1)
    from pond.groups.store import GroupRow

    GroupRow(f"{programme_id}-a").update([GroupRow.live_seats.set(1)])
    where = ("--groups", "--programme", programme_id, "--where")
    assert run("audiences", "count", *where, "{stage: [parenting]}") == (0, f"1 of 1 groups\n{programme_id}-a\n")
    assert run("audiences", "count", *where, "{stage: [planning]}") == (0, "0 of 1 groups\n")
    code, said = run("audiences", "count", *where, "{bought: true}")
    assert (code, "says nothing of a group" in said) == (1, True)
    code, said = run("audiences", "count", *where, "{stage: [")
    assert (code, "audience.invalid" in said or "--where" in said) == (1, True)
