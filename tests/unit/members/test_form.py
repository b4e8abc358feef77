"""A form's faults are all found at once, field by field; whatever is typed, checking it never fails."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pond.members.model import CITY_MAX, NAME_MAX, Form, day_for, read_day, read_phone, read_text, validate
from pond.programmes.model import parse, segment_for

PROGRAMME = parse(yaml.safe_load((Path(__file__).parents[3] / "infra/demo/programme.yaml").read_text()))
TODAY = date(2026, 11, 23)
GOOD = Form("王小美", "13800138000", "pregnancy", "2027-03-09", "杭州", True, PROGRAMME.consent.version)
TYPED = st.text(max_size=60)


def faults(**changes: object) -> dict[str, str]:
    return validate(dataclasses.replace(GOOD, **changes), PROGRAMME, TODAY)  # type: ignore[arg-type]


def test_a_good_form_has_no_fault() -> None:
    assert faults() == {}


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("name", "  ", "name.empty"),
        ("name", "美" * (NAME_MAX + 1), "name.too_long"),
        ("name", "<b>美</b>", "name.characters"),
        ("name", "vx123456", "name.characters"),
        ("name", "·", "name.characters"),
        ("phone", "", "phone.invalid"),
        ("phone", "12800138000", "phone.invalid"),
        ("phone", "1380013800", "phone.invalid"),
        ("phone", "+1 3800138000", "phone.invalid"),
        ("phone", "13800138000 13800138001", "phone.invalid"),
        ("stage_id", "school", "stage.unknown"),
        ("day", "", "day.missing"),
        ("day", "soon", "day.unreadable"),
        ("day", "2027-02-30", "day.unreadable"),
        ("day", "2026-11-22", "day.past"),
        ("day", "2027-09-24", "day.too_far"),
        ("day", "2029-11-23", "day.too_far"),
        ("city", "", "city.empty"),
        ("city", "杭" * (CITY_MAX + 1), "city.too_long"),
        ("city", "杭州<script>", "city.characters"),
        ("consent", False, "consent.missing"),
        ("consent_version", "2020-01", "consent.changed"),
    ],
)
def test_each_fault_is_told_beside_its_field(field: str, typed: object, code: str) -> None:
    assert faults(**{field: typed}) == {"consent" if field == "consent_version" else field: code}


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-11-23", {}),
        ("2026-11-24", {"day": "day.future"}),
        ("2008-11-22", {"day": "day.too_old"}),
        ("2010-01-01", {"stage_id": "stage.no_group"}),
    ],
)
def test_a_birthday_is_past_and_of_a_child_the_programme_has_a_group_for(day: str, found: dict[str, str]) -> None:
    assert faults(stage_id="parenting", day=day) == found


def test_all_faults_are_told_at_once() -> None:
    found = validate(Form("", "", "", "", "", False, ""), PROGRAMME, TODAY)
    assert set(found) == {"name", "phone", "stage_id", "city", "consent"}


@pytest.mark.parametrize("name", ["王小美", "阿依古丽·买买提", "Anna Maria", "  小美  ", "𠮷田"])
def test_names_people_have_are_taken(name: str) -> None:
    assert faults(name=name) == {}


@pytest.mark.parametrize("typed", ["13800138000", "+86 138 0013 8000", "86-138-0013-8000", "１３８００１３８０００"])
def test_a_phone_may_be_written_in_many_ways(typed: str) -> None:
    assert read_phone(typed) == "+8613800138000"


def test_the_last_possible_due_date_is_ten_months_away_in_short_months_too() -> None:
    april = date(2026, 4, 30)
    form = dataclasses.replace(GOOD, day="2027-02-28")
    assert validate(form, PROGRAMME, april) == {}
    assert validate(dataclasses.replace(form, day="2027-03-01"), PROGRAMME, april) == {"day": "day.too_far"}


def test_a_day_typed_before_another_stage_was_chosen_does_not_count() -> None:
    form = dataclasses.replace(GOOD, stage_id="planning", day="1999-99-99")
    assert validate(form, PROGRAMME, TODAY) == {}
    assert day_for(form, PROGRAMME) is None


@given(TYPED, TYPED, st.sampled_from(["planning", "pregnancy", "parenting", "x"]), TYPED, TYPED, st.booleans(), TYPED)
def test_whatever_is_typed_gets_codes_or_a_segment(
    name: str, phone: str, stage: str, day: str, city: str, consent: bool, version: str
) -> None:
    form = Form(name, phone, stage, day, city, consent, version)
    found = validate(form, PROGRAMME, TODAY)
    assert set(found) <= {"name", "phone", "stage_id", "day", "city", "consent"}
    if not found:
        assert segment_for(PROGRAMME, stage, day_for(form, PROGRAMME), TODAY)


@given(st.text(alphabet="<>&\"'/=;$`{}%0123456789美a ·", max_size=30))
def test_no_markup_gets_into_a_name_or_city(typed: str) -> None:
    found = faults(name=typed, city=typed)
    if not {"name", "city"} & found.keys():
        assert not set("<>&\"'/=;$`{}%") & set(read_text(typed))


@given(st.integers(13_000_000_000, 19_999_999_999), st.sampled_from(["", "+86", "86", "+86 ", " "]))
def test_every_mobile_number_is_read_the_same_with_and_without_the_country(number: int, before: str) -> None:
    assert read_phone(f"{before}{number}") == f"+86{number}"


@given(st.dates(TODAY - timedelta(days=20 * 366), TODAY + timedelta(days=3 * 366)))
def test_a_due_date_is_taken_exactly_within_ten_months(day: date) -> None:
    assert ("day" not in faults(day=day.isoformat())) == (TODAY <= day <= date(2027, 9, 23))
    assert read_day(f"{day.year}年{day.month}月{day.day}日") == day
