"""Old versions of functions go when told so; never one that an alias points to, nor the one before it."""

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.pondctl.conftest import Run
from pond.kernel.aws import client
from pond.kernel.settings import forget
from pondctl.versions import may_go
from support.cloud import Cloud


@pytest.fixture
def published(cloud: Cloud, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], str]:
    """Makes a function of a deployment of this test's own, with so many versions; its full name."""
    prefix = unique("fresh")
    monkeypatch.setenv("POND_PREFIX", prefix)
    forget()

    def make(name: str, versions: int) -> str:
        functions, full = client("lambda"), f"{prefix}-{name}"
        functions.create_function(
            FunctionName=full,
            Runtime="python3.13",
            Handler="app.handler",
            Role="arn:aws:iam::000000000000:role/any",
            Code={"ZipFile": _code(0)},
        )
        for number in range(1, versions + 1):
            functions.update_function_code(FunctionName=full, ZipFile=_code(number))
            assert functions.publish_version(FunctionName=full)["Version"] == str(number)
        functions.create_alias(FunctionName=full, Name="live", FunctionVersion=str(versions))
        return full

    return make


def test_old_versions_are_listed_and_go_only_when_told(run: Run, published: Callable[[str, int], str]) -> None:
    relay, wecom = published("relay", 7), published("wecom", 2)
    code, said = run("prune")
    assert code == 0
    assert [line.split()[:2] for line in said.splitlines()[1:4]] == [["relay", "1"], ["relay", "2"], ["relay", "3"]]
    assert "nothing was removed" in said
    assert _versions(relay) == [1, 2, 3, 4, 5, 6, 7]

    code, said = run("prune", "--yes")
    assert code == 0
    assert "removed: 3" in said
    assert _versions(relay) == [4, 5, 6, 7]
    assert _versions(wecom) == [1, 2]
    assert client("lambda").get_function(FunctionName=relay, Qualifier="live")["Configuration"]["Version"] == "7"
    assert run("prune", "--yes") == (0, "nothing to remove\n")


def test_what_was_rolled_back_to_and_a_canary_stay(run: Run, published: Callable[[str, int], str]) -> None:
    relay = published("relay", 7)
    functions = client("lambda")
    functions.update_alias(FunctionName=relay, Name="live", FunctionVersion="4")
    functions.create_alias(
        FunctionName=relay,
        Name="tried",
        FunctionVersion="7",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}},
    )
    assert run("prune", "relay", "--keep", "1", "--yes")[0] == 0
    assert _versions(relay) == [1, 3, 4, 6, 7]
    code, said = run("rollback", "relay")
    assert (code, said) == (0, "relay: 4 -> 3\n")


def test_a_function_that_is_not_there_is_said_so(run: Run, published: Callable[[str, int], str]) -> None:
    published("relay", 1)
    code, said = run("prune", "heron", "--yes")
    assert code == 1
    assert "no function heron" in said


@given(
    numbers=st.sets(st.integers(1, 60)).map(sorted),
    picks=st.sets(st.integers(0, 59), max_size=3),
    keep=st.integers(1, 5),
)
def test_whatever_is_deployed_the_live_ones_and_the_way_back_stay(
    numbers: list[int], picks: set[int], keep: int
) -> None:
    pointed = {numbers[pick % len(numbers)] for pick in picks} if numbers else set()
    gone = may_go(numbers, pointed, keep)
    left = [number for number in numbers if number not in gone]
    assert pointed <= set(left)
    for live in pointed:
        earlier = [number for number in numbers if number < live]
        assert not earlier or max(earlier) in left
    unused = [number for number in numbers if number not in pointed]
    assert unused[-keep:] == [number for number in left if number not in pointed][-keep:]
    assert len(left) <= len(pointed) * 2 + keep
    assert may_go(left, pointed, keep) == []


def _versions(function: str) -> list[int]:
    found = client("lambda").list_versions_by_function(FunctionName=function)["Versions"]
    return [int(one["Version"]) for one in found if one["Version"] != "$LATEST"]


def _code(number: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", f"def handler(event, context):\n    return {number}\n")
    return packed.getvalue()
