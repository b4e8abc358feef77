"""An audience is whom its document means: against an oracle, for any paging, with a crash at every call."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pond.broadcasts import audiences
from pond.broadcasts.model_audience import Audience, Kind
from pond.broadcasts.model_audience_reader import read, write
from pond.kernel.errors import Refused
from pond.programmes import service as programmes
from support.audience import Village, oracle
from support.budgets import examples
from support.cloud import ROOT, Cloud
from support.crashes import Crash, counting

NOW = datetime.fromisoformat("2026-11-23T14:00:00+08:00")


@pytest.fixture(scope="module")
def village(cloud: Cloud) -> Village:
    return make_village()


def make_village() -> Village:
    """A programme with people of all sorts, beside another that must never be seen."""
    import secrets

    def unique(kind: str) -> str:
        return f"{kind}-{secrets.token_hex(5)}"

    villages = []
    for people in (24, 5):
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        programmes.apply(document | {"programme_id": unique("programme")}, NOW)
        made = Village(unique("programme"), NOW, unique)
        programmes.apply(document | {"programme_id": made.programme_id}, NOW)
        tagged: dict[tuple[str, ...], str] = {tags: made.channel(tags) for tags in (("poster",), ("poster", "video"))}
        for number in range(people):
            tags: tuple[str, ...] = list(tagged)[number % 2] if number % 5 else ()
            made.member(number, tagged.get(tags), tags)
        made.member(1, None, (), standing="review")
        for number, (segment, stage) in enumerate(
            (("planning", "planning"), ("newborn", "parenting"), ("baby", "parenting"), ("pregnancy", "pregnancy"))
        ):
            made.group(number, segment, stage)
        made.group(8, "baby", "parenting", live_seats=0)
        villages.append(made)
    return villages[0]


def expanded(village: Village, audience: Audience, kind: Kind, limit: int) -> list[str]:
    found, after, going_on = [], None, True
    while going_on:
        page, after = audiences.expand(village.programme_id, audience, kind, after, limit, NOW)
        found += [one.recipient_id for one in page]
        going_on = after is not None
    return found


@pytest.mark.parametrize("kind", ["member", "group"])
def test_an_audience_is_whom_an_oracle_finds(village: Village, kind: Kind) -> None:
    there = village.members if kind == "member" else village.groups

    @given(document=village.documents(kind), limit=st.integers(1, 40))
    @settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
    def judge(document: dict[str, Any], limit: int) -> None:
        audience = read({"where": document}, kind)
        assert read(write(audience), kind) == audience
        found = expanded(village, audience, kind, limit)
        assert Counter(found) == Counter(one.recipient_id for one in there if oracle(document, one))

    judge()


def test_pages_follow_one_order_whatever_their_size(village: Village) -> None:
    whole = expanded(village, Audience(), "member", 1000)
    assert len(whole) == len(village.members)
    assert all(expanded(village, Audience(), "member", limit) == whole for limit in (1, 3, 7))


@pytest.mark.parametrize(
    "document",
    [
        {"all": [{"tag": ["poster"]}, {"idle_days": {"to": 5}}, {"seat": ["taken", "left", "none"]}]},
        {"seat_taken": {"since": "2026-11-19T00:00:00+08:00", "until": "2026-11-24T00:00:00+08:00"}},
    ],
    ids=["everyone enrolled", "by day"],
)
def test_a_crash_between_pages_loses_nobody_and_doubles_nobody(village: Village, document: dict[str, Any]) -> None:
    """What came of a page is kept under its recipients, as targets are; a page that broke off is asked for again."""
    audience = read({"where": document}, "member")
    expected = {one.recipient_id for one in village.members if oracle(document, one)}
    assert len(expected) > 2
    for number in count():
        kept, after, going_on, crashes = Counter[str](), None, True, 0
        with counting(number, "after"):
            while going_on:
                try:
                    page, following = audiences.expand(village.programme_id, audience, "member", after, 5, NOW)
                except Crash:
                    crashes += 1
                    continue
                kept.update(one.recipient_id for one in page)
                after, going_on = following, following is not None
        assert kept == Counter(expected)
        if not crashes:  # done in fewer calls: it was stopped at every one
            break
    assert number > 10


def test_nobody_and_everybody_are_refused_unless_said(village: Village) -> None:
    def check(document: dict[str, Any]) -> None:
        audiences.check(village.programme_id, read(document, "member"), "member", NOW)

    nobody, some = {"where": {"stage": ["schoolchild"]}}, {"where": {"stage": ["planning", "pregnancy"]}}
    with pytest.raises(Refused, match=r"audience\.nobody: nobody of 24"):
        check(nobody)
    with pytest.raises(Refused, match=r"audience\.everybody: all 24"):
        check({})
    with pytest.raises(Refused, match=r"audience\.everybody"):  # whatever way it is written
        check({"where": {"not": {"stage": ["schoolchild"]}}})
    with pytest.raises(Refused, match=r"audience\.everybody"):
        check({"nobody": True})
    for allowed in (nobody | {"nobody": True}, {"everybody": True}, some):
        check(allowed)
    counted = audiences.count(village.programme_id, read(some, "member"), "member", NOW)
    assert (counted.matching, counted.population, len(counted.some)) == (16, 24, 10)


def test_who_may_be_everybody_and_nobody_is_not_counted(village: Village) -> None:
    audience = read({"where": {"stage": ["planning"]}, "everybody": True, "nobody": True}, "member")
    with counting() as calls:
        audiences.check(village.programme_id, audience, "member", NOW)
    assert calls.made == 0


def test_who_moves_a_birthday_is_found_under_the_new_month(village: Village, unique: Callable[[str], str]) -> None:
    from pond.members.store import RegistrationRow

    audience = read({"where": {"months": {"from": 10, "to": 11}}}, "member")
    before = expanded(village, audience, "member", 10)
    made = next(one for one in village.members if one.facts["stage"] == "parenting")
    row = RegistrationRow(made.recipient_id, village.programme_id)
    was = made.facts["months"]
    row.update([RegistrationRow.born_in.set("2026-01")])
    try:
        assert expanded(village, audience, "member", 10) == sorted(
            [*before, made.recipient_id], key=expanded(village, Audience(), "member", 50).index
        )
    finally:
        month = 2026 * 12 + 10 - was
        row.update([RegistrationRow.born_in.set(f"{month // 12}-{month % 12 + 1:02}")])
