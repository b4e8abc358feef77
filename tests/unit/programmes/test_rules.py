"""Admission rules: the first that fits decides, as a table written out by hand would say; kinds that quarrel are kept
apart by the segments; a document that names what is not there is refused with the place."""

import copy
from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.programmes.model import check_change, parse, segment_for
from pond.programmes.model_rules import OTHERWISE, Applicant, in_region, judge, quarrels
from support.budgets import examples

DEMO = Path(__file__).parents[3] / "infra/demo"
MOTHERS: dict[str, Any] = yaml.safe_load((DEMO / "programme.yaml").read_text())
SHOPS: dict[str, Any] = yaml.safe_load((DEMO / "shops.yaml").read_text())

IDENTITIES = ("store", "seller", "online", "consumer")
YEARS = ("new", "some", "long")
CITIES = ("杭州", "上海", "宁波")
STAGES = ("trade", "starting")
EVERYBODY = [
    Applicant({"identity": identity, "years": years}, city, stage)
    for identity, years, city, stage in product(IDENTITIES, YEARS, CITIES, STAGES)
]


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str] | None]:
    return st.none() | st.lists(st.sampled_from(values), min_size=1, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rules as documents say them; what is None is not said."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        answers = {"identity": draw(some(IDENTITIES)), "years": draw(some(YEARS))}
        when = {
            "answers": {name: values for name, values in answers.items() if values},
            "cities": draw(some(CITIES)),
            "stages": draw(some(STAGES)),
        }
        when = {name: values for name, values in when.items() if values}
        found.append(
            {"rule_id": f"r{number}", "outcome": draw(st.sampled_from(("accept", "refuse", "review"))), "reason": "因"}
            | ({"when": when} if when else {})
        )
    return found


@given(rules(), st.sampled_from(("accept", "refuse", "review")))
@settings(max_examples=examples(60), deadline=None)
def test_the_first_rule_that_fits_decides_as_in_a_table_of_everybody(
    written: list[dict[str, Any]], otherwise: str
) -> None:
    document = copy.deepcopy(SHOPS)
    document["admission"] |= {"rules": written, "otherwise": {"outcome": otherwise, "reason": "因"}}
    admission = parse(document).admission
    table: dict[int, tuple[str, str]] = {}
    for rule in reversed(written):  # the earlier overwrites the later
        when = rule.get("when", {})
        asked = when.get("answers", {})
        for row in product(
            asked.get("identity", IDENTITIES),
            asked.get("years", YEARS),
            when.get("cities", CITIES),
            when.get("stages", STAGES),
        ):
            who = Applicant({"identity": row[0], "years": row[1]}, row[2], row[3])
            table[EVERYBODY.index(who)] = (rule["outcome"], rule["rule_id"])
    for number, who in enumerate(EVERYBODY):
        verdict = judge(admission, who)
        assert (verdict.outcome, verdict.rule_id) == table.get(number, (otherwise, OTHERWISE))


@given(st.lists(st.tuples(some(IDENTITIES), some(CITIES)), max_size=4))
@settings(max_examples=examples(40), deadline=None)
def test_somebody_counts_in_exactly_the_quotas_that_name_them(
    written: list[tuple[list[str] | None, list[str] | None]],
) -> None:
    document = copy.deepcopy(SHOPS)
    document["admission"]["quotas"] = [
        {"quota_id": f"q{number}", "at_most": 1}
        | ({"kinds": kinds} if kinds else {})
        | ({"cities": cities} if cities else {})
        for number, (kinds, cities) in enumerate(written)
    ]
    admission = parse(document).admission
    for who in EVERYBODY:
        counted = {quota.quota_id for quota in judge(admission, who).quotas}
        assert counted == {
            f"q{number}"
            for number, (kinds, cities) in enumerate(written)
            if who.answers["identity"] in (kinds or IDENTITIES) and who.city in (cities or CITIES)
        }


@given(
    st.lists(st.lists(st.sampled_from(IDENTITIES[:3]), unique=True), min_size=1, max_size=3),
    st.lists(st.lists(st.sampled_from(IDENTITIES[:3]), min_size=2, max_size=2, unique=True), max_size=3),
)
@settings(max_examples=examples(60), deadline=None)
def test_a_programme_exists_only_when_no_segment_mixes_who_must_not_mix(
    taken: list[list[str]], never_mix: list[list[str]]
) -> None:
    document = copy.deepcopy(SHOPS)
    document["stages"] = [{"stage_id": f"s{number}", "name": "甲", "asks": "nothing"} for number, _ in enumerate(taken)]
    document["segments"] = [
        {"segment_id": f"g{number}", "name": "甲", "stage_id": f"s{number}"} | ({"kinds": kinds} if kinds else {})
        for number, kinds in enumerate(taken)
    ]
    document["admission"]["never_mix"] = [{"kinds": pair} for pair in never_mix]
    mixes = any(
        one in (kinds or IDENTITIES) and other in (kinds or IDENTITIES) for kinds in taken for one, other in never_mix
    )
    try:
        parse(document)
    except Refused as refusal:
        assert mixes and "must not mix" in refusal.message
    else:
        assert not mixes


def test_the_programme_for_shops_sends_consumers_on_and_gives_each_kind_its_pool() -> None:
    programme = parse(SHOPS)
    today = date(2026, 11, 23)
    verdicts = {
        kind: judge(programme.admission, Applicant({"identity": kind, "years": "new"}, "杭州", "trade")).outcome
        for kind in IDENTITIES
    }
    assert verdicts == {"store": "accept", "seller": "review", "online": "accept", "consumer": "refuse"}
    places = [segment_for(programme, "trade", None, today, kind) for kind in IDENTITIES]
    assert [place.segment_id if place else None for place in places] == ["stores", "sellers", "online", None]
    assert programme.admission.reason("consumers").startswith("这个社群只面向")
    assert programme.admission.reason("no-longer-there") == ""


def test_a_programme_without_rules_asks_nothing_more_and_accepts_everybody() -> None:
    programme = parse(MOTHERS)
    verdict = judge(programme.admission, Applicant({}, "杭州", "planning"))
    assert (programme.questions, verdict.outcome, verdict.quotas) == ((), "accept", ())


@pytest.mark.parametrize(
    ("typed", "lies"), [("杭州", True), ("浙江省 杭州市", True), ("杭 州", True), ("湖州", False), ("", False)]
)
def test_a_region_is_found_however_the_city_is_written(typed: str, lies: bool) -> None:
    assert in_region(typed, ("杭州",)) is lies


def test_who_quarrels_is_told_by_pairs() -> None:
    pairs = (frozenset(("store", "seller")),)
    assert quarrels(["store", "online"], pairs) == []
    assert quarrels(["store", "online", "seller"], pairs) == [frozenset(("store", "seller"))]


def _set(*path: Any) -> Callable[[dict[str, Any]], None]:
    *where, last, value = path

    def change(document: Any) -> None:
        for step in where:
            document = document[step]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("questions", 1, "question_id", "identity"), "questions: an id stands twice"),
        (_set("questions", 0, "choices", 1, "value", "store"), "questions.identity.choices: an id stands twice"),
        (_set("questions", 0, "choices", []), "programme.questions[0].choices: must be a list"),
        (_set("questions", []), "programme.admission.kind_from: no such question"),
        (_set("admission", "kind_from", "size"), "programme.admission.kind_from: no such question"),
        (_set("admission", "kind_from", None), "programme.admission.quotas[0].kinds: no such kind"),
        (_set("admission", "rules", 0, "outcome", "maybe"), "programme.admission.rules[0].outcome: must be one of"),
        (_set("admission", "rules", 0, "reason", ""), "programme.admission.rules[0].reason: must be a text"),
        (_set("admission", "rules", 0, "reason", "因" * 101), "programme.admission.rules[0].reason: at most 100"),
        (_set("admission", "rules", 0, "rule_id", "far"), "admission.rules: an id stands twice"),
        (
            _set("admission", "rules", 0, {"rule_id": "otherwise", "outcome": "accept"}),
            "admission.rules: an id stands twice",
        ),
        (
            _set("admission", "rules", 0, "when", "answers", {"size": ["big"]}),
            "programme.admission.rules[0].when.answers.size: no such question",
        ),
        (
            _set("admission", "rules", 0, "when", "answers", {"identity": ["farmer"]}),
            "programme.admission.rules[0].when.answers.identity: no such answer: farmer",
        ),
        (_set("admission", "rules", 0, "when", {"stages": ["old"]}), "programme.admission.rules[0].when.stages: no"),
        (_set("admission", "otherwise", {"outcome": "review"}), "programme.admission.otherwise.reason: must be"),
        (
            _set("admission", "otherwise", {"outcome": "accept", "when": {"stages": ["trade"]}}),
            "programme.admission.otherwise.when: is for rules",
        ),
        (_set("admission", "quotas", 0, "at_most", -1), "programme.admission.quotas[0].at_most: must be a whole"),
        (_set("admission", "quotas", 0, "quota_id", "hangzhou"), "admission.quotas: an id stands twice"),
        (_set("admission", "never_mix", 0, "kinds", ["store"]), "programme.admission.never_mix[0].kinds: must name"),
        (_set("segments", 0, "kinds", ["farmer"]), "programme.segments[0].kinds: no such kind: farmer"),
        (_set("segments", 0, "kinds", None), "segments.sellers: overlaps stores"),
        (_set("segments", 1, "kinds", ["store"]), "segments.sellers: overlaps stores"),
        (_set("segments", 2, "kinds", ["online", "seller"]), "segments.online: overlaps sellers"),
        (_set("segments", 3, "kinds", ["store", "seller"]), "segments.starting-stores.kinds: seller and store must"),
        (_set("admission", "refused", "text", "{number}"), "admission.refused.text: may name only"),
        (_set("admission", "refused", "template", "thing1", "{reason}"), "admission.refused.template.thing1: may name"),
    ],
)
def test_rules_that_are_wrong_are_refused_with_the_place(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    document = copy.deepcopy(SHOPS)
    change(document)
    with pytest.raises(Refused) as refusal:
        parse(document)
    assert refusal.value.code == "programme.invalid"
    assert refusal.value.message.startswith(message)


def test_a_segment_with_groups_cannot_go_over_to_who_quarrels_with_those_inside() -> None:
    before = parse(SHOPS)
    changed = copy.deepcopy(SHOPS)
    changed["segments"][0]["kinds"], changed["segments"][1]["kinds"] = ["seller"], ["store"]
    with pytest.raises(Refused, match=r"programme\.mixing"):
        check_change(before, parse(changed))
    renamed = copy.deepcopy(SHOPS)
    renamed["segments"][0] |= {"segment_id": "shops-new", "kinds": ["store"]}
    check_change(before, parse(renamed))
    parted = copy.deepcopy(SHOPS)
    parted["admission"]["never_mix"] = []
    check_change(before, parse(parted))
