"""Whatever order of forms, repeats, decisions, changed quotas and calls: everyone stands as a plain count on paper
says, and each quota counts its members once."""

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pond.members import registrations, reviews, store_reviews
from pond.members.model import Registration
from pond.programmes import service as programmes
from support.budgets import examples
from support.cloud import ROOT, Cloud

SHOPS: dict[str, Any] = yaml.safe_load((ROOT / "infra/demo/shops.yaml").read_text())
WHO = st.integers(0, 9)
SIZES = st.integers(0, 4)


@dataclass
class Paper:
    """How it must stand, by counting."""

    at_most: dict[str, int]
    beyond: dict[str, str]
    standings: dict[int, str] = field(default_factory=dict)
    counted: dict[int, tuple[str, ...]] = field(default_factory=dict)
    waits_for: dict[int, str] = field(default_factory=dict)

    def accepted(self, quota_id: str) -> int:
        return sum(quota_id in counted for counted in self.counted.values())

    def waiting(self, quota_id: str) -> int:
        return sum(found == quota_id for found in self.waits_for.values())

    def full(self, quotas: tuple[str, ...], *, behind_waiting: bool) -> str | None:
        """The quota that has no room: one that takes nobody at all before others."""
        closed = [one for one in quotas if self.at_most[one] == 0]
        used_up = [
            one for one in quotas if self.accepted(one) >= self.at_most[one] or (behind_waiting and self.waiting(one))
        ]
        return next(iter(closed + used_up), None)


def quotas_of(number: int) -> tuple[str, ...]:
    """Three kinds of people: sellers, sellers in Hangzhou, shops in Hangzhou."""
    return (("sellers",), ("sellers", "hangzhou"), ("hangzhou",))[number % 3]


class Quotas(RuleBasedStateMachine):
    """One programme, ten people who count in one quota or two."""

    def __init__(self) -> None:
        super().__init__()
        self.programme_id = f"p-{token_hex(5)}"
        self.now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
        self.paper = Paper({"sellers": 2, "hangzhou": 2}, {"sellers": "waitlist", "hangzhou": "review"})
        self.order: list[int] = []
        self.apply()

    def apply(self) -> None:
        document = copy.deepcopy(SHOPS) | {"programme_id": self.programme_id}
        for quota in document["admission"]["quotas"]:
            quota["at_most"] = self.paper.at_most[quota["quota_id"]]
        programmes.apply(document, self.now)

    def member(self, number: int) -> str:
        return f"{self.programme_id}-{number}"

    @rule(number=WHO)
    def send_form(self, number: int) -> None:
        self.now += timedelta(seconds=1)
        kind = "store" if number % 3 == 2 else "seller"
        asked = Registration(
            member_id=self.member(number),
            programme_id=self.programme_id,
            pool_id=f"{self.programme_id}~{kind}s",
            stage_id="trade",
            city="上海" if number % 3 == 0 else "杭州",
            consent_version="2026-11",
            consented_at=self.now,
            registered_at=self.now,
            follower_id="follower",
            answers={"identity": kind, "years": "some"},
            kind=kind,
        )
        reviews.enter(asked, programmes.get(self.programme_id))
        if number in self.paper.standings:
            return
        self.order.append(number)
        full = self.paper.full(quotas_of(number), behind_waiting=True)
        if full is None:
            self.paper.standings[number], self.paper.counted[number] = "accepted", quotas_of(number)
        else:
            self.paper.standings[number] = self.paper.beyond[full]
            if self.paper.beyond[full] == "waitlist":
                self.paper.waits_for[number] = full

    @rule(number=WHO)
    def accept(self, number: int) -> None:
        if number in self.paper.standings:
            reviews.accept(self.member(number), self.programme_id, "林", "", self.now)
            self.paper.standings[number], self.paper.counted[number] = "accepted", quotas_of(number)
            self.paper.waits_for.pop(number, None)

    @rule(number=WHO)
    def refuse(self, number: int) -> None:
        if self.paper.standings.get(number, "accepted") != "accepted":
            reviews.refuse(self.member(number), self.programme_id, "林", "停招", self.now)
            self.paper.standings[number] = "refused"
            self.paper.waits_for.pop(number, None)

    @rule(sellers=SIZES, hangzhou=SIZES)
    def change(self, sellers: int, hangzhou: int) -> None:
        self.paper.at_most = {"sellers": sellers, "hangzhou": hangzhou}
        self.apply()

    @rule()
    def admit(self) -> None:
        reviews.admit_waiting(self.now)
        full: set[str] = set()
        for number in [one for one in self.order if one in self.paper.waits_for]:
            quotas = quotas_of(number)
            if full & set(quotas):
                continue
            found = self.paper.full(quotas, behind_waiting=False)
            if found:
                full.add(found)
            else:
                self.paper.standings[number], self.paper.counted[number] = "accepted", quotas
                del self.paper.waits_for[number]

    @invariant()
    def everyone_stands_as_on_paper(self) -> None:
        found = {
            number: kept.standing
            for number in range(10)
            if (kept := registrations.get(self.member(number), self.programme_id))
        }
        assert found == self.paper.standings

    @invariant()
    def counters_are_those_on_paper(self) -> None:
        for quota_id in self.paper.at_most:
            counted = store_reviews.counters(self.programme_id, quota_id)
            assert counted == (self.paper.accepted(quota_id), self.paper.waiting(quota_id))

    @invariant()
    def lists_hold_who_stands_there_in_order(self) -> None:
        waiting = [one.member_id for one in reviews.listed(self.programme_id, "waitlist")]
        assert waiting == [self.member(number) for number in self.order if number in self.paper.waits_for]


def test_any_order_of_things(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programmes, "all_ids", lambda: [machine.programme_id for machine in running])
    running: list[Quotas] = []

    class One(Quotas):
        def __init__(self) -> None:
            super().__init__()
            running[:] = [self]

    run_state_machine_as_test(
        One,
        settings=settings(
            max_examples=examples(10), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
