"""The command line against a deployment's real APIs."""

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from pond.groups.model import Group
from pond.groups.store import add_group
from pond.kernel.aws import client
from pond.kernel.settings import forget, secret
from pond.programmes import service

DEMO = Path(__file__).parents[3] / "infra/demo/programme.yaml"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def document(unique: Callable[[str], str]) -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load(DEMO.read_text())
    return whole | {"programme_id": unique("p")}


@pytest.fixture
def programme_id(document: dict[str, Any], run: Run, tmp_path: Path) -> str:
    """A programme that was applied."""
    file = tmp_path / "programme.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    assert run("apply", str(file))[0] == 0
    return str(document["programme_id"])


def test_applying_a_file_twice_changes_it_once(document: dict[str, Any], run: Run, tmp_path: Path) -> None:
    file = tmp_path / "programme.yaml"
    said = []
    for name in ("甲", "甲", "乙"):
        file.write_text(yaml.safe_dump(document | {"name": name}, allow_unicode=True))
        said.append(run("apply", str(file)))
    kept = document["programme_id"]
    assert said == [
        (0, f"created: {kept}, version 1\n"),
        (0, f"same: {kept}, version 1\n"),
        (0, f"changed: {kept}, version 2\n"),
    ]
    assert f"{kept}" in run("programmes")[1]


def test_a_faulty_file_is_refused_with_the_place(document: dict[str, Any], run: Run, tmp_path: Path) -> None:
    file = tmp_path / "programme.yaml"
    file.write_text(yaml.safe_dump(document | {"capacity": -1}, allow_unicode=True))
    code, said = run("apply", str(file))
    assert code == 1
    assert "capacity" in said and "apply it again" in said


def test_channels_are_made_once_and_drawn(
    run: Run, programme_id: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    channel = unique("shop")
    for _ in range(2):
        code, said = run("channels", "create", channel, "--name", "门店", "--programme", programme_id, "--tag", "线下")
        assert (code, said) == (0, f"{channel}: https://pond.example/c/{channel}\n")
    assert run("channels", "list")[1].count(channel) == 1
    picture = tmp_path / "code.png"
    assert run("channels", "code", channel, "--link", "--out", str(picture))[0] == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    code, said = run("channels", "code", "nowhere", "--link", "--out", str(picture))
    assert (code, "channels list" in said) == (1, True)


@pytest.mark.usefixtures("scheduling")
def test_openings_are_planned_once(run: Run, programme_id: str) -> None:
    plan = ("openings", "create", "--programme", programme_id, "--minutes", "20", "--quota")
    first = run(*plan, "100", "--start", "+5m")
    assert first == run(*plan, "100", "--start", "2026-11-23T14:05")
    assert first[0] == 0
    assert "2026-11-23 14:05:00 to 2026-11-23 14:25:00 (China), quota 100, planned" in first[1]
    code, said = run(*plan, "50", "--start", "+10m")
    assert (code, "opening.overlaps" in said) == (1, True)
    listed = run("openings", "list", "--programme", programme_id)[1]
    assert len(listed.splitlines()) == 2


def test_a_group_is_paused_and_opened(run: Run, programme_id: str, unique: Callable[[str], str]) -> None:
    chat_id = unique("wr")
    add_group(
        Group(
            chat_id=chat_id,
            programme_id=programme_id,
            pool_id=f"{programme_id}~planning",
            name="备孕 1 群",
            state="open",
            capacity=10,
            live_seats=0,
            fill_order=1,
            join_state=chat_id[:20],
            code_url=None,
            owner="staff",
        )
    )
    for verb, state in (("pause", "paused"), ("open", "open"), ("close", "closed")):
        assert run("groups", verb, chat_id) == (0, f"{chat_id}: {state}\n")
        assert any(chat_id in line and state in line for line in run("groups", "list")[1].splitlines())
    assert run("groups", "pause", "elsewhere")[0] == 1


def test_keys_are_made_once_and_never_replaced(
    run: Run, monkeypatch: pytest.MonkeyPatch, unique: Callable[[str], str]
) -> None:
    prefix = unique("fresh")
    monkeypatch.setenv("POND_PREFIX", prefix)
    code, said = run("secrets", "put", "keys")
    assert (code, "deploy the stack first" in said) == (1, True)
    client("secretsmanager").create_secret(Name=f"{prefix}/keys", SecretString="{}")
    assert run("secrets", "put", "keys")[0] == 0
    forget()
    made = secret("keys")
    assert {len(made["hash_key"]), len(made["session_key"])} == {64}
    assert run("secrets", "put", "keys")[0] == 1
    forget()
    assert secret("keys") == made
    monkeypatch.undo()
    forget()


def test_a_secret_comes_from_standard_input_and_is_not_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch, unique: Callable[[str], str]
) -> None:
    prefix = unique("fresh")
    with monkeypatch.context() as patch:
        patch.setenv("POND_PREFIX", prefix)
        client("secretsmanager").create_secret(Name=f"{prefix}/wecom", SecretString="{}")
        value = {"corp_id": "ww1", "app_secret": "hush", "token": "hush", "aes_key": "a" * 43}
        patch.setattr(sys, "stdin", io.StringIO(json.dumps(value)))
        code, said = run("secrets", "put", "wecom")
        assert (code, "hush" in said) == (0, False)
        forget()
        assert secret("wecom") == value
    forget()


def test_a_number_is_blocked_without_being_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("13912345678\n"))
    assert run("block", "--reason", "sells in the groups") == (0, "blocked\n")
    _, said = run("blocks")
    assert "sells in the groups" in said
    assert "13912345678" not in said
    monkeypatch.setattr(sys, "stdin", io.StringIO("call me\n"))
    assert run("unblock")[0] == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO("13912345678\n"))
    assert run("unblock") == (0, "unblocked\n")


def test_accounts_contacts_and_names_are_blocked_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    account = "abcdefghijklmnopqrstuvwxyz"
    assert run("block", "--account", account, "--reason", "spam")[0] == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("wmAbCd\n"))
    assert run("block", "--contact", "--reason", "spam")[0] == 0
    assert run("block", "--name-pattern", "*代购*", "--reason", "spam")[0] == 0
    assert run("block", "--name-pattern", "*", "--reason", "spam")[0] == 1
    _, said = run("blocks")
    for shown in (account, "contact", "*代购*"):
        assert shown in said
    assert "wmAbCd" not in said
    assert run("unblock", "--account", account)[0] == 0
    assert run("unblock", "--name-pattern", "*代购*")[0] == 0
    assert account not in run("blocks")[1]


def test_links_name_what_to_enter_at_the_partners(run: Run, programme_id: str) -> None:
    code, said = run("links")
    assert code == 0
    for address in ("/official-account", "/wecom", f"/p/{programme_id}"):
        assert f"https://pond.example{address}" in said


def test_a_deployment_that_is_not_there_is_said_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POND_PREFIX", "elsewhere")
    code, said = run("dead-letters", "show", "admission")
    assert (code, "no dead-letter queue admission" in said) == (1, True)
    forget()


def test_ctrl_c_ends_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "all_ids", interrupt)
    code, said = run("programmes")
    assert (code, said.count("\n"), "stopped" in said) == (130, 1, True)


def test_the_check_ends_with_1_when_something_does_not_hold(
    run: Run, now: datetime, programme_id: str, unique: Callable[[str], str]
) -> None:
    from pond.groups.store import GroupRow

    chat_id = unique("wr")
    add_group(
        Group(
            chat_id=chat_id,
            programme_id=programme_id,
            pool_id=f"{programme_id}~planning",
            name="群",
            state="open",
            capacity=10,
            live_seats=3,
            fill_order=1,
            join_state=chat_id[:20],
            code_url=None,
            owner="staff",
        )
    )
    code, said = run("check", at=now + timedelta(days=1))
    assert code == 1
    assert re.search(rf"{chat_id} +counter 3, live seats 0", said)
    GroupRow(chat_id).delete()
