"""`pondctl review` against real tables: lists without names, decides once, keeps who saw what."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pond.channels import followers
from pond.kernel.clock import china_day
from pond.kernel.clock import now as clock_now
from pond.members import access_log, registrations, store
from pond.members.model import Registration, Standing
from pond.programmes import service as programmes

SHOPS: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "infra/demo/shops.yaml").read_text())
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def applicant(run: Run, unique: Callable[[str], str], now: datetime) -> Callable[..., Registration]:
    """Makes people who registered in a programme for people in trade."""
    programme_id = unique("p")
    programmes.apply(SHOPS | {"programme_id": programme_id}, now)

    def make(standing: Standing = "review") -> Registration:
        return store.add_registration(
            Registration(
                member_id=unique("member"),
                programme_id=programme_id,
                pool_id=f"{programme_id}~sellers",
                stage_id="trade",
                city="杭州",
                consent_version="2026-11",
                consented_at=now,
                registered_at=now,
                follower_id=followers.visited(unique("openid"), now),
                answers={"identity": "seller", "years": "new"},
                kind="seller",
                standing=standing,
                rule_id="new-sellers",
            )
        )

    return make


def test_the_list_shows_answers_and_why_and_no_name(run: Run, applicant: Callable[..., Registration]) -> None:
    one, other = applicant(), applicant("refused")
    code, said = run("review", "list", "--programme", one.programme_id)
    assert code == 0
    assert one.member_id in said and other.member_id not in said
    assert "微商 · 不到一年" in said and "new-sellers" in said and "经营中" in said
    assert other.member_id in run("review", "list", "--programme", one.programme_id, "--standing", "refused")[1]


def test_who_asks_for_names_is_kept(run: Run, applicant: Callable[..., Registration]) -> None:
    one = applicant()
    listing = ("review", "list", "--programme", one.programme_id, "--show")
    code, said = run(*listing)
    assert code == 1 and "--by" in said
    assert seen(one) == []
    assert run(*listing, "--by", "林")[0] == 0
    assert seen(one) == ["林"]


def seen(one: Registration) -> list[str]:
    """Who saw something of them today or on the day of the tests."""
    days = {china_day(clock_now()), china_day(datetime(2026, 11, 23, 6, tzinfo=UTC))}
    return [access.who for day in days for access in access_log.of_day(day) if access.about == one.member_id]


def test_decisions_are_taken_once_and_kept(run: Run, applicant: Callable[..., Registration]) -> None:
    one, other = applicant(), applicant()
    by = ("--programme", one.programme_id, "--by", "林")
    accepting = ("review", "accept", one.member_id, *by)
    assert run(*accepting) == (0, f"{one.member_id}: accepted\n")
    assert run(*accepting) == (0, f"{one.member_id}: accepted already\n")
    assert run("review", "refuse", other.member_id, *by, "--reason", "电话打不通") == (
        0,
        f"{other.member_id}: refused\n",
    )
    kept = registrations.get(other.member_id, one.programme_id)
    assert kept and (kept.standing, kept.decided_by, kept.decided_reason) == ("refused", "林", "电话打不通")
    code, said = run("review", "refuse", one.member_id, *by, "--reason", "不行")
    assert code == 1 and "review.accepted" in said
    code, said = run("review", "accept", "nobody", *by)
    assert code == 1 and "review list" in said
