"""A week of the ready plan for newcomers: from an operator's file to what a mother reads in her group.

Today's message goes through the deployed functions alone, with the rights they have; the days after it pass quickly
(see `support.weeks`). Last of the journeys, since partners' time goes a week ahead.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect

from pond.kernel.clock import CHINA
from support.cloud import ROOT
from support.journeys import STAFF, Mother, Pond, eventually
from support.phones import Phone
from support.visits import SCREENS, picture

NEWCOMER = ROOT / "infra/plans/newcomer.yaml"
BY = ("--by", "王芳")
TIMES = ("08:00", "10:00", "18:30", "20:00")  # at which the plan says something, and one before
SAID = ("d1-welcome", "d2-map", "d3-ask", "d4-try", "d6-live", "d7-review")
DUTIES = {1: "d1-icebreak", 5: "d5-story"}  # by day
MINUTES = 3 * 60.0
TODAY = "大家好，今晚八点在群里认识一下。"


@pytest.fixture
def quick(pond: Pond) -> Any:
    """Tasks can be asked about, and their results are there, at once."""
    with pond.switched(wecom__mass_dispatch_seconds=0, wecom__mass_result_lag_seconds=0):
        yield


def test_seven_days_in_her_group(pond: Pond, quick: None, mother: Mother, phone: Phone) -> None:
    pond.programme("week")
    chat_id = pond.group("week", "pregnancy", "十月新妈妈 1 群", capacity=1)
    pond.opening("week")
    eventually(lambda: pond.is_open("week"), "the opening")
    joins(phone, mother, "week")
    began = datetime.now(CHINA)

    says_today(pond, "week")
    (broadcast_id,) = eventually(lambda: ids(pond, "scheduled"), "it is scheduled")
    approves(pond, "week", NEWCOMER)
    plans(pond, "week", NEWCOMER)
    eventually(lambda: tasks(pond), "its task", MINUTES)
    pond.ctl("broadcasts", "pause", broadcast_id, *BY)
    pond.invoke("caretaker")
    eventually(lambda: tasks(pond)[0]["cancelled"], "its task is taken back")
    eventually(lambda: figures(pond, broadcast_id) == ["1", "0", "0"], "that is known")
    pond.ctl("broadcasts", "resume", broadcast_id, *BY)
    pond.invoke("caretaker")
    (again,) = eventually(lambda: [one for one in tasks(pond) if not one["cancelled"]], "another task")
    pond.control.do("POST", f"/masses/{again['msgid']}/send", {"userid": STAFF})
    assert said(pond, chat_id) == [TODAY]

    pond.passes(8, *TIMES)

    expected = [TODAY, *(fixed_line(f"newcomer-{name}") for name in SAID)]
    read = shown(phone, chat_id)
    assert [line in text for line, text in zip(expected, read, strict=True)] == [True] * len(expected), read
    assert len(mother.heard(fixed_line("newcomer-private"))) == 1
    for day, name in DUTIES.items():
        on = (began + timedelta(days=day)).date().isoformat()
        assert fixed_line(f"newcomer-{name}") in pond.ctl("broadcasts", "duties", "--on", on)
    assert figures(pond, broadcast_id) == ["1", "1", "1"]
    assert "all invariants hold" in pond.ctl("check")
    assert "no dead letters" in pond.ctl("dead-letters", "show")


def joins(phone: Phone, mother: Mother, programme_id: str) -> None:
    phone.take(mother)
    phone.follows_and_books(programme_id)
    phone.hears("现在就可以进来")
    phone.press("chat-link")
    phone.sees("enter")
    phone.signs_in()
    phone.registers()
    phone.sees("group_code")
    phone.press("recognise-code")
    expect(phone.page.get_by_test_id("group-chat")).to_be_visible()
    mother.hears("欢迎加入")


def says_today(pond: Pond, programme_id: str) -> None:
    """A plan for one of the next minutes, at any time of the day, at least some twenty seconds from now."""
    piece = {"content_id": "week-today", "title": "今天", "form": "text", "body": TODAY}
    approves(pond, programme_id, written(pond, contents=[piece]))
    pond.invoke("broadcast_planner")  # so that its first start is over
    due = datetime.now(CHINA) + timedelta(seconds=80)
    clock = {"days": [due.date().isoformat()], "at": f"{due:%H:%M}"}
    plan = {
        "plan_id": "today",
        "name": "今天",
        "community": "newcomer",
        "audience": {"everybody": True},
        "steps": [{"step_id": "hello", "clock": clock, "route": "wecom_group", "content": "week-today"}],
    }
    never_quiet = {"quiet": {"from": "00:00", "to": "00:00"}}
    plans(pond, programme_id, written(pond, almanac=never_quiet, plan=plan))
    pond.invoke("broadcast_planner")


def written(pond: Pond, **document: Any) -> Path:
    """A file of an operator's."""
    file = pond.folder / f"{'-'.join(document)}.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return file


def approves(pond: Pond, programme_id: str, file: Path) -> None:
    pond.ctl("content", "add", str(file), *BY)
    pond.ctl("content", "preview", "--file", str(file), "--programme", programme_id)
    pond.ctl("content", "approve", "--file", str(file), *BY)


def plans(pond: Pond, programme_id: str, file: Path) -> None:
    pond.ctl("plans", "apply", str(file), "--programme", programme_id, *BY)


def ids(pond: Pond, state: str) -> list[str]:
    lines = pond.ctl("broadcasts", "list", "--programme", "week").splitlines()
    return [line.split()[0] for line in lines if state in line.split()]


def tasks(pond: Pond) -> list[dict[str, Any]]:
    """The tasks put before staff."""
    found: list[dict[str, Any]] = pond.control.do("GET", "/masses")["masses"]
    return found


def said(pond: Pond, chat_id: str) -> list[str]:
    messages = pond.control.do("GET", f"/groups/{chat_id}")["messages"]
    return [one["text"] for one in messages if not one["system"] and one["text"]]


def figures(pond: Pond, broadcast_id: str) -> list[str]:
    """How many were planned, handed out, sent."""
    rows = [line.split() for line in pond.ctl("broadcasts", "show", broadcast_id).splitlines()]
    return next(row[1:4] for row in rows if row[:1] == ["all"])


def shown(phone: Phone, chat_id: str) -> list[str]:
    """What her phone shows of the others in the group's chat, from above."""
    phone.press("wx-back", f"chat-{chat_id}")
    messages = phone.page.get_by_test_id("group-messages").locator("[data-testid=message][data-from=other]")
    expect(messages).to_have_count(1 + len(SAID))
    if SCREENS:
        picture(phone.page, "week")
    return messages.all_inner_texts()


def fixed_line(content_id: str) -> str:
    """A line of a piece that is the same for everyone."""
    pieces = yaml.safe_load(NEWCOMER.read_text("utf-8"))["contents"]
    body = next(str(one["body"]) for one in pieces if one["content_id"] == content_id)
    lines = [line.strip() for line in body.splitlines()]
    return next(line for line in lines if len(line) > 5 and "{" not in line)
