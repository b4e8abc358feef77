"""A programme's document is read whole or refused with the place; people are sent to the right segment."""

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.programmes.model import Programme, check_change, months_between, parse, pool_id, segment_for
from pond.programmes.model_texts import FIELDS, fill

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "infra/demo/programme.yaml").read_text())
TODAY = date(2026, 11, 23)


@pytest.fixture
def programme() -> Programme:
    return parse(DOCUMENT)


def test_the_demonstration_programme_is_whole(programme: Programme) -> None:
    assert [stage.name for stage in programme.stages] == ["备孕", "孕期", "育儿"]
    assert set(programme.texts) == set(FIELDS)
    assert "预约" in programme.booking_keywords
    assert programme.consent.version == "2026-11"


@pytest.mark.parametrize(
    ("stage", "day", "segment"),
    [
        ("planning", None, "planning"),
        ("pregnancy", date(2027, 3, 1), "pregnancy"),
        ("pregnancy", None, None),
        ("parenting", date(2026, 11, 23), "newborn"),
        ("parenting", date(2026, 4, 24), "newborn"),
        ("parenting", date(2026, 4, 23), "baby"),
        ("parenting", date(2023, 10, 23), None),
        ("parenting", date(2026, 11, 24), None),
        ("elsewhere", None, None),
    ],
)
def test_people_belong_to_the_segment_of_their_stage_and_months(
    programme: Programme, stage: str, day: date | None, segment: str | None
) -> None:
    found = segment_for(programme, stage, day, TODAY)
    assert (found.segment_id if found else None) == segment


@given(st.dates(date(2020, 1, 1), TODAY))
def test_a_child_belongs_to_at_most_one_segment(birthday: date) -> None:
    programme = parse(DOCUMENT)
    months = months_between(birthday, TODAY)
    takers = [one for one in programme.segments if one.stage_id == "parenting" and one.takes(months)]
    assert len(takers) == (1 if months < 37 else 0)


def test_months_count_whole_ones_only() -> None:
    assert months_between(date(2026, 1, 31), date(2026, 2, 28)) == 0
    assert months_between(date(2026, 1, 31), date(2026, 3, 31)) == 2


def test_a_pool_is_named_by_programme_and_segment() -> None:
    assert pool_id("yutang", "baby") == "yutang~baby"


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda document: document.pop(name)


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
        (_without("name"), "programme.name: must be a text"),
        (_without("stages"), "programme.stages: must be a list"),
        (_without("texts"), "programme.texts: must be a mapping"),
        (_set("programme_id", "Yu Tang"), "programme.programme_id: 1 to 31"),
        (_set("stages", 1, "asks", "age"), "programme.stages[1].asks: must be one of"),
        (_set("stages", 1, "stage_id", "planning"), "stages: an id stands twice"),
        (_set("segments", 0, "stage_id", "nowhere"), "segments.planning.stage_id: no such stage"),
        (_set("segments", 0, "months_from", 3), "segments.planning: months need a stage"),
        (_set("segments", 2, "months_to", 8), "segments.baby: overlaps newborn"),
        (_set("segments", 3, "months_to", 7), "segments.baby.months_to: must be above"),
        (_set("segments", 1, "stage_id", "planning"), "segments.pregnancy: overlaps planning"),
        (_set("segments", 2, "stage_id", "pregnancy"), "segments.newborn: months need a stage"),
        (lambda document: document["segments"].pop(1), "stages.pregnancy: no segment"),
        (_set("hold_minutes", 0), "programme.hold_minutes: must be a whole number"),
        (_set("capacity", True), "programme.capacity: must be a whole number"),
        (_set("booking_keywords", "预约"), "programme.booking_keywords: must be a list of texts"),
        (_set("texts", "booked", "你是 {number.__class__}"), "texts.booked: may name only"),
        (_set("texts", "booked", "你是 {phone}"), "texts.booked: may name only"),
        (_set("texts", "booked", "你是 {number"), "texts.booked: braces"),
        (_set("texts", "booked", "长" * 700), "texts.booked: 2100 bytes"),
        (_set("rules", "长" * 700), "texts.welcome"),
        (_set("templates", "let_in", "thing1", "长" * 21), "templates.let_in.thing1: 21 characters"),
        (_set("templates", "let_in", {}), "programme.templates.let_in"),
        (_set("answers", 0, "text", "{number}"), "answers.取消预约: may name only"),
    ],
)
def test_a_document_that_is_wrong_is_refused_with_the_place(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(Refused) as refusal:
        parse(document)
    assert refusal.value.code == "programme.invalid"
    assert refusal.value.message.startswith(message)


def test_a_new_consent_text_needs_a_new_version(programme: Programme) -> None:
    changed = copy.deepcopy(DOCUMENT)
    changed["consent"]["text"] = "别的"
    with pytest.raises(Refused, match=r"programme\.consent_version"):
        check_change(programme, parse(changed))
    changed["consent"]["version"] = "2027-01"
    check_change(programme, parse(changed))


def test_texts_are_filled_in(programme: Programme) -> None:
    said = fill(programme.texts["booked"], number=7, ahead=3, month=11, day=23, time="20:00", link="https://x/p/y")
    assert "你是 7 号，前面还有 3 位" in said
    assert "{" not in said


def test_texts_that_came_later_may_be_missing() -> None:
    old = copy.deepcopy(DOCUMENT)
    del old["remind_minutes"]
    for name in ("hold_ends", "seat_waiting", "seat_called"):
        del old["texts"][name], old["templates"][name]
    programme = parse(old)
    assert "hold_ends" not in programme.texts
    assert "hold_ends" not in programme.templates
    assert programme.remind_minutes == 10


@pytest.mark.parametrize("minutes", [-1, 121, "soon"])
def test_a_reminder_comes_within_two_hours(minutes: object) -> None:
    with pytest.raises(Refused, match="remind_minutes"):
        parse(DOCUMENT | {"remind_minutes": minutes})
