"""The backup is whole or not there, sealed, and opened only with a reason."""

import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pond.insights import backups, store_backups
from pond.insights.model_backups import Manifest, Part, backup_name, part_key
from pond.kernel.aws import client
from pond.kernel.errors import NotFound, Refused
from pond.programmes import service
from pondctl.main import main
from support.crashes import explore
from support.crowds import Crowd

MakeCrowd = Callable[[], Crowd]


def lines(name: str, now: datetime) -> list[dict[str, Any]]:
    parts = backups.open_for(name, "test", "to try it", now)
    return [json.loads(line) for part in parts for line in part.decode().splitlines()]


def objects(bucket: str, prefix: str) -> dict[str, bytes]:
    s3 = client("s3")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return {one["Key"]: s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed}


def test_everyone_stands_in_it_once_with_all_routes(make_crowd: MakeCrowd, bucket: str, now: datetime) -> None:
    crowd = make_crowd()
    seated, plain = crowd.member(seated=True), crowd.member()
    other = make_crowd().member()
    of_programme = lines(backups.make(crowd.programme_id, now).name, now)
    assert {one["member_id"] for one in of_programme} == {seated, plain}
    (one,) = [one for one in of_programme if one["member_id"] == seated]
    assert one.keys() == {"member_id", "name", "phone", "openids", "groups", "programmes", "routes"}
    assert (one["name"], one["groups"], one["routes"]) == ("王小美", ["chat-1"], ["phone", "account", "wecom"])
    assert one["phone"].startswith("+86138") and one["openids"][0].startswith("openid-")

    everyone = backups.make(None, now)
    members = [one["member_id"] for one in lines(everyone.name, now)]
    assert {seated, plain, other} <= set(members)
    assert len(members) == len(set(members)) == everyone.tally.members


def test_nothing_personal_is_in_the_clear(make_crowd: MakeCrowd, bucket: str, now: datetime) -> None:
    crowd = make_crowd()
    crowd.member()
    name = backups.make(crowd.programme_id, now).name
    (one,) = lines(name, now)
    for key, body in objects(bucket, name).items():
        for telling in (one["name"], one["phone"], one["openids"][0]):
            assert telling.encode() not in body and telling not in key
    told = client("s3").head_object(Bucket=bucket, Key=part_key(name, 1))["Metadata"]
    assert told.keys() == {"sha256", "counts"}


def test_it_survives_a_crash_at_any_call(
    make_crowd: MakeCrowd, bucket: str, now: datetime, record_property: Callable[[str, object], None]
) -> None:
    crowd, days = make_crowd(), count()
    members = {crowd.member() for _ in range(3)}

    def scene() -> datetime:
        return now + timedelta(days=next(days))  # each day's backup is another, of the same members

    def act(at: datetime) -> None:
        backups.make(crowd.programme_id, at, lines=2)

    def settled(at: datetime) -> None:
        made = store_backups.manifest(backup_name(crowd.programme_id, at.date()))
        assert made is not None
        found = [one["member_id"] for one in lines(made.name, now)]
        assert (set(found), len(found), made.tally.members, len(made.parts)) == (members, 3, 3, 2)

    record_property("crash_points", explore(scene, act, settled))


def test_a_half_made_one_is_none_until_it_is_finished(
    make_crowd: MakeCrowd, bucket: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = make_crowd()
    members = {crowd.member() for _ in range(3)}
    name = backup_name(crowd.programme_id, now.date())

    def only_one(backup: str, part: Part, sealed: bytes) -> bool:
        if part.number > 1:
            raise TimeoutError
        return put(backup, part, sealed)

    put = store_backups.put_part
    with monkeypatch.context() as patched, pytest.raises(TimeoutError):
        patched.setattr(store_backups, "put_part", only_one)
        backups.make(crowd.programme_id, now, lines=1)
    assert dict(backups.listed())[name] is None
    with pytest.raises(NotFound, match="no whole backup"):
        list(backups.open_for(name, "test", "to try it", now))
    made = backups.make(crowd.programme_id, now)
    assert [part.tally.members for part in made.parts] == [1, 2]
    assert {one["member_id"] for one in lines(name, now)} == members


def test_two_at_once_make_one(
    make_crowd: MakeCrowd, bucket: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = make_crowd()
    members = {crowd.member() for _ in range(4)}
    put = store_backups.put_part

    def overtaken(backup: str, part: Part, sealed: bytes) -> bool:
        if part.number == 2:
            monkeypatch.setattr(store_backups, "put_part", put)
            backups.make(crowd.programme_id, now, lines=2)  # the other, in other portions
        return put(backup, part, sealed)

    monkeypatch.setattr(store_backups, "put_part", overtaken)
    made = backups.make(crowd.programme_id, now, lines=1)
    assert [part.tally.members for part in made.parts] == [1, 2, 1]
    found = [one["member_id"] for one in lines(made.name, now)]
    assert (set(found), len(found)) == (members, 4)


def test_made_again_it_is_the_same(make_crowd: MakeCrowd, bucket: str, now: datetime) -> None:
    crowd = make_crowd()
    first = backups.make(crowd.programme_id, now)
    assert first.tally.members == 0
    crowd.member()
    assert backups.make(crowd.programme_id, now) == first
    assert not store_backups.put_manifest(Manifest(name=first.name, made_at=now, parts=()))


def test_an_altered_part_and_an_opening_without_a_reason_are_refused(
    make_crowd: MakeCrowd, bucket: str, now: datetime
) -> None:
    crowd = make_crowd()
    crowd.member()
    name = backups.make(crowd.programme_id, now).name
    with pytest.raises(Refused, match="say why"):
        list(backups.open_for(name, "test", " ", now))
    client("s3").put_object(Bucket=bucket, Key=part_key(name, 1), Body=b"other")
    with pytest.raises(Refused, match="not what was written"):
        list(backups.open_for(name, "test", "to try it", now))


def test_operators_make_list_and_open_it(
    make_crowd: MakeCrowd, bucket: str, now: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = make_crowd()
    crowd.member(seated=True)
    crowd.member(follows=False)

    def run(*arguments: str) -> tuple[int, str]:
        service.forget()
        code = main(arguments, now)
        said = capsys.readouterr()
        return code, said.out + said.err

    code, said = run("reach", "--programme", crowd.programme_id)
    assert (code, said.splitlines()[1].split()) == (0, [crowd.programme_id, "2", "1", "0", "1", "0", "2", "1", "1"])
    assert "everyone" in run("reach")[1]
    name = f"backup/{crowd.programme_id}/2026-11-23"
    assert run("backup", "make", "--programme", crowd.programme_id) == (0, f"{name}: 2 members in 1 parts\n")
    assert name in run("backup", "list")[1]

    out = tmp_path / "members.jsonl"
    code, said = run("backup", "open", name, "--out", str(out), "--reason", "the account was lost")
    assert (code, stat.S_IMODE(out.stat().st_mode)) == (0, 0o600)
    assert len(out.read_text().splitlines()) == 2
    assert "王小美" not in said
    ((key, record),) = objects(bucket, "opened/").items()
    noted = json.loads(record)
    assert key.startswith(f"opened/{crowd.programme_id}/2026-11-23/")
    assert (noted["backup"], noted["reason"]) == (name, "the account was lost") and "arn:" in noted["by"]

    assert run("backup", "open", name, "--out", str(out), "--reason", "again")[0] == 1
    inside = Path(__file__).parent / "never.jsonl"
    assert "lies in a repository" in run("backup", "open", name, "--out", str(inside), "--reason", "x")[1]
    missing = tmp_path / "missing.jsonl"
    assert run("backup", "open", "backup/_all/2020-01-01", "--out", str(missing), "--reason", "x")[0] == 1
    assert not missing.exists() and not inside.exists()
