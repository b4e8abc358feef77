"""A week of the ready plan for newcomers, from the plan's file to the phone of somebody in the group."""

from datetime import timedelta

import yaml

from pond.broadcasts import contents, duties, planning, plans, scheduling
from pond.groups import filled, store
from pond.kernel.clock import china_day
from support.castings import Casting
from support.cloud import ROOT

STEP = timedelta(hours=2)
WEEK = timedelta(days=7, hours=14)
SAID = ("d1-welcome", "d2-map", "d3-ask", "d4-try", "d6-live", "d7-review")
DUTIES = ("d1-icebreak", "d5-story")


def fixed_line(content_id: str) -> str:
    """A line of a piece that is the same for everyone."""
    piece = contents.newest_approved(content_id)
    assert piece is not None, content_id
    lines = [line.strip() for line in piece.body.splitlines()]
    return next(line for line in lines if len(line) > 5 and "{" not in line)


def test_seven_days_come_in_order_each_once(casting: Casting) -> None:
    document = yaml.safe_load((ROOT / "infra/plans/newcomer.yaml").read_text())
    for piece in document["contents"]:
        contents.add(piece, "王芳", casting.now)
        contents.preview(piece["content_id"], [casting.programme_id])
        contents.approve(piece["content_id"], "王芳", casting.now)
    ana = casting.owner(0)
    made = casting.sandbox.do("POST", "/groups", {"name": "十月新妈妈 1 群", "owner": ana})
    casting.chats[ana] = [made["chat_id"]]
    casting.add(made["chat_id"], ana, capacity=1)
    person = casting.member(made["chat_id"])
    filled.note_filled(casting.now)
    group = store.get_group(made["chat_id"])
    assert group is not None and group.filled_at is not None

    plans.apply(document["plan"], casting.programme_id, "王芳", casting.now)
    began = casting.now
    while casting.now < began + WEEK:
        plan, stored = plans.get(casting.programme_id, "newcomer")
        planning.plan_ahead(plan, stored, casting.now)
        found = scheduling.listed(casting.programme_id, began - STEP, casting.now + WEEK)
        casting.scheduled_ids.update(one.broadcast_id for one in found)
        casting.passes(STEP)
        casting.taps()

    said = [
        one["text"]
        for one in casting.sandbox.do("GET", f"/groups/{made['chat_id']}")["messages"]
        if not one["system"] and one["text"]
    ]
    expected = [fixed_line(f"newcomer-{name}") for name in SAID]
    assert [any(line in text for text in said) for line in expected] == [True] * len(expected), said
    order = [next(number for number, line in enumerate(expected) if line in text) for text in said]
    assert order == list(range(len(SAID)))
    assert sum(fixed_line("newcomer-private") in text for text in casting.heard(person)) == 1
    days = [china_day(began) + timedelta(days=number) for number in range(9)]
    texts = [one.said.text for day in days for one in duties.of_day(day, ana)]
    assert [fixed_line(f"newcomer-{name}") in text for name, text in zip(DUTIES, texts, strict=True)] == [True, True]
