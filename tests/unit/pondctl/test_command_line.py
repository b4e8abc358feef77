"""What is typed is understood, or refused with what to do about it."""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.errors import NotFound, Refused, Transient
from pond.kernel.settings import forget
from pondctl import environment, openings, output, secret_store
from pondctl.letters import describe
from pondctl.main import main, parser
from pondctl.problems import WrongEnvironment, explain
from pondctl.programmes import read


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No deployment is set."""
    for name in ("POND_PREFIX", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    yield
    forget()


@pytest.mark.parametrize(
    "line",
    [
        "groups import wr1 --programme p --segment s --reserve",
        "groups reserve wr1",
        "groups people",
        "groups people wr1 --standing squatter",
        "seats grant m p",
        "apply a.yaml",
        "programmes",
        "channels create shop --name 店 --programme p --source shop --tag a --tag b",
        "channels list",
        "channels code shop --out code.png --link",
        "openings create --start +5m --minutes 20 --quota 100",
        "openings list --programme p",
        "groups import wr1 --programme p --segment s --capacity 180",
        "groups list",
        "groups pause wr1",
        "groups open wr1",
        "groups close wr1",
        "block --reason spam",
        "unblock",
        "review list --programme p --standing waitlist --show --by 林",
        "review accept m1 m2 --by 林",
        "review refuse m1 --programme p --by 林 --reason 电话打不通",
        "review admit",
        "reach --programme p",
        "backup make --programme p",
        "backup list",
        "backup open backup/_all/2026-11-23 --out members.jsonl --reason lost",
        "orders show E1",
        "orders look E1",
        "orders rematch E1",
        "orders parked",
        "orders retry",
        "orders retry E1 E2",
        "orders dismiss E1",
        "orders reconcile",
        "check --settled",
        "dead-letters show admission --limit 5",
        "dead-letters resend --to admission",
        "secrets put wecom",
        "links",
        "env pond-prod",
        "seed --sandbox http://127.0.0.1:8900",
    ],
)
def test_every_command_is_understood(line: str) -> None:
    assert callable(parser().parse_args(["--env-file", "x", *line.split()]).run)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "apply",
        "channels",
        "channels code shop --out code.jpeg",
        "openings create --start +5m --minutes 0 --quota 1",
        "openings create --start +5m --minutes 1 --quota ²",
        "secrets put other",
        "review refuse m1 --by 林",
        "review accept m1",
        "groups import wr1 --programme p",
    ],
)
def test_what_is_wrong_on_the_command_line_ends_with_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(line.split())
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("lines", [None, "POND_PREFIX", "POND_PREFIX=\n", "POND_PREFIX=pond\n", "1 x=2"])
def test_a_wrong_environment_ends_with_2_and_says_so(
    lines: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "env"
    if lines is not None:
        file.write_text(lines)
    assert main(["--env-file", str(file), "programmes"]) == 2
    assert capsys.readouterr().err.startswith("pondctl: ")


def test_a_file_of_variables_is_read(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(
        "# made by the local run\n\nPOND_PREFIX=pond-local\nexport AWS_REGION='us-east-1'\nURL=http://a/?b=c\n"
    )
    assert environment.read(file) == {"POND_PREFIX": "pond-local", "AWS_REGION": "us-east-1", "URL": "http://a/?b=c"}


def test_a_variable_that_is_missing_is_named() -> None:
    with pytest.raises(WrongEnvironment, match="POND_NOWHERE is not set: needed"):
        environment.variable("POND_NOWHERE", "needed")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("+5m", datetime(2026, 11, 23, 6, 5, tzinfo=UTC)),
        ("+2h", datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        ("+1d", datetime(2026, 11, 24, 6, 0, tzinfo=UTC)),
        ("2026-11-23T20:00", datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        ("2026-11-23 20:00", datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        ("2026-11-23T20:00Z", datetime(2026, 11, 23, 20, 0, tzinfo=UTC)),
    ],
)
def test_a_start_is_read_in_china_unless_it_says_otherwise(text: str, start: datetime, now: datetime) -> None:
    assert openings.read_start(text, now) == start


@pytest.mark.parametrize("text", ["", "soon", "5m", "+5", "+5w", "+-5m", "2026-11-23T13:59", "2026-13-01"])
def test_a_start_that_is_none_or_past_is_refused(text: str, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        openings.read_start(text, now)
    assert refusal.value.code == "opening.start"


@given(st.text(max_size=20))
def test_a_start_never_fails_otherwise(text: str) -> None:
    now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    try:
        assert openings.read_start(text, now) >= now
    except Refused as refusal:
        assert refusal.code == "opening.start"


@pytest.mark.parametrize("content", ["", "- a", "a: [", "a: \x00"])
def test_a_file_that_holds_no_programme_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(content)
    with pytest.raises(Refused, match=r"(programme.invalid|file.unreadable): .*p\.yaml"):
        read(file)
    with pytest.raises(Refused, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_tables_are_aligned_with_chinese_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("name", "n"), [("备孕", 1), ("abcde", None)], "nothing")
    assert capsys.readouterr().out == "NAME   N\n备孕   1\nabcde\n"
    output.table(("name",), [], "nothing")
    assert capsys.readouterr().out == "nothing\n"


def test_times_are_shown_in_china(now: datetime) -> None:
    assert output.china(now + timedelta(hours=12)) == "2026-11-24 02:00:00"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound("channel.unknown", "shop"), "`pondctl channels list`"),
        (Transient("tables.contended", "x"), "try again"),
        (NoCredentialsError(), "AWS_PROFILE"),
        (ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetItem"), "POND_PREFIX"),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetItem"), "may not do GetItem"),
        (OSError("disk full"), "disk full"),
    ],
)
def test_what_goes_wrong_is_said_with_what_to_do(error: Exception, said: str) -> None:
    assert said in explain(error)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"corp_id": 5},
        {"corp_id": "c", "app_secret": "s", "token": "t", "aes_key": "short"},
        {"corp_id": "c", "app_secret": "s", "token": "t", "aes_key": "a" * 43, "more": "hush"},
    ],
)
def test_a_secret_that_is_not_whole_is_refused_without_a_value(value: object) -> None:
    with pytest.raises(Refused) as refusal:
        secret_store.checked(value, ("corp_id", "app_secret", "token", "aes_key"))
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(("kdt_id", "shops"), [("10001", "10002, 10003"), ("10001", ""), ("10001", "10002")])
def test_shops_are_numbers(kdt_id: str, shops: str) -> None:
    fields = ("kdt_id", "shops")
    assert secret_store.checked({"kdt_id": kdt_id, "shops": shops}, fields)["kdt_id"] == kdt_id
    for wrong in ({"kdt_id": "my shop"}, {"kdt_id": kdt_id, "shops": "10002;10003"}):
        with pytest.raises(Refused):
            secret_store.checked(wrong, fields)


def test_a_secret_is_kept_without_spaces_around_its_values() -> None:
    assert secret_store.checked({"token": " t\n"}, ("token",)) == {"token": "t"}


def test_a_letter_is_described_by_its_ids_only() -> None:
    detail = {"member_id": "m1", "chat_id": "wr1", "name": "王小美", "phone": "138"}
    assert (
        describe(json.dumps({"detail-type": "seat.taken", "detail": detail})) == "seat.taken chat_id=wr1 member_id=m1"
    )
    assert describe('{"name": "王小美"}') == "fields: name"
    assert (describe("王小美"), describe("[]")) == ("not JSON", "not an object")


def test_a_picture_is_png_or_svg() -> None:
    from pondctl.channels import image_file

    assert image_file("a/b.svg") == Path("a/b.svg")
    with pytest.raises(argparse.ArgumentTypeError):
        image_file("b.jpg")
