"""A programme's rules of attribution: read from its document, each for its days, never another afterwards."""

from datetime import date
from typing import Any

import pytest
import yaml

from pond.kernel.errors import Refused
from pond.programmes.model import check_change, parse
from pond.programmes.model_attribution import Bonds, rules_on
from support.cloud import ROOT

FIRST = {"version": 1, "valid_from": "2026-01-01", "precedence": ["seat"], "window_days": 30}
SECOND = {"version": 2, "valid_from": "2026-07-01", "precedence": ["link", "seat"], "window_days": 7}


def programme(*rules: Any) -> Any:
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    return parse(document | {"attribution": list(rules)})


def test_each_day_has_the_rules_that_began_last() -> None:
    rules = programme(FIRST, SECOND).attribution
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [(found := rules_on(rules, day)) and found.version for day in days] == [None, 1, 1, 2]
    assert (rules[1].precedence, rules[1].window_days) == (("link", "seat"), 7)
    assert programme().attribution == ()


def test_bonds_hold_the_first_for_good_unless_it_says_otherwise() -> None:
    written: tuple[dict[str, Any], ...] = ({}, {"holds": "last", "days": 90})
    found = [programme(FIRST | {"bonds": bonds}).attribution[0].bonds for bonds in written]
    assert found == [Bonds(holds="first", days=None), Bonds(holds="last", days=90)]
    assert programme(FIRST).attribution[0].bonds is None


@pytest.mark.parametrize(
    "rules",
    [
        (SECOND, FIRST),
        (FIRST, FIRST | {"version": 2}),
        (FIRST, SECOND | {"version": 1}),
        (FIRST | {"precedence": ["luck"]},),
        (FIRST | {"precedence": ["seat", "seat"]},),
        (FIRST | {"precedence": []},),
        (FIRST | {"valid_from": "soon"},),
        (FIRST | {"window_days": 0},),
        (FIRST | {"bonds": {"holds": "both"}},),
        (FIRST | {"bonds": {"days": 0}},),
        (FIRST | {"bonds": "for good"},),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: tuple[Any, ...]) -> None:
    with pytest.raises(Refused) as refused:
        programme(*rules)
    assert refused.value.code == "programme.invalid"
    assert "attribution" in refused.value.message


def test_a_version_stays_as_it_was_and_new_ones_may_come() -> None:
    check_change(programme(FIRST), programme(FIRST, SECOND))
    for after in ((FIRST | {"window_days": 31},), (FIRST | {"bonds": {}},), (SECOND,), ()):
        with pytest.raises(Refused) as refused:
            check_change(programme(FIRST), programme(*after))
        assert refused.value.code == "programme.attribution_version"
