"""The plans that come with Pond: whole, of pieces that are there, made for their routes and without faults."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pond.broadcasts import inspecting, model_almanac, model_keywords, rendering
from pond.broadcasts.model_content_reader import read as read_content
from pond.broadcasts.model_plan import COMMUNITIES
from pond.broadcasts.model_plan_reader import read as read_plan

FILES = sorted((Path(__file__).parents[3] / "infra/plans").glob("*.yaml"))


def document(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_ready_plan_is_whole(file: Path) -> None:
    given = document(file)
    plan = read_plan(given["plan"], "yutang")
    pieces = {one.content_id: one for one in map(read_content, given["contents"])}
    used = {content_id: step.route for step in plan.steps for content_id in step.content_ids}
    if "keywords" in given:
        keywords = model_keywords.read(given["keywords"])
        used |= dict.fromkeys([*(one.content_id for one in keywords.answers), keywords.fallback or ""], "account")
    assert set(used) == set(pieces)  # nothing is missing, nothing lies about
    for content_id, route in used.items():
        assert route in pieces[content_id].routes
        assert [
            fault for field, text in rendering.sources(pieces[content_id]) for fault in inspecting.faults(field, text)
        ] == []
    if "almanac" in given:
        assert model_almanac.read(given["almanac"]).week.keys() == set(range(7))


def test_there_is_one_for_each_kind_of_community_and_no_piece_twice() -> None:
    given = [document(file) for file in FILES]
    assert sorted(one["plan"]["community"] for one in given) == sorted(COMMUNITIES)
    ids = [piece["content_id"] for one in given for piece in one["contents"]]
    assert len(ids) == len(set(ids))
