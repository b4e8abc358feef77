"""What goes wrong at partners, and what is skipped with its reason while the rest goes on."""

from datetime import timedelta
from typing import Any

import pytest

from pond.broadcasts import explaining, figures, optouts, scheduling, store_chunks
from pond.groups import setup
from pond.kernel.errors import Refused
from support.castings import Casting

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CREATE = "/cgi-bin/externalcontact/add_msg_template"


def fault(casting: Casting, **fault: Any) -> None:
    casting.sandbox.do("POST", "/faults", {"platform": "wecom", "endpoint": CREATE, "times": 1, **fault})


def test_an_answer_that_never_came_is_looked_up(casting: Casting) -> None:
    ana = casting.owner(2)
    broadcast_id = casting.scheduled()
    fault(casting, drop_answer=True)
    casting.run(broadcast_id)
    assert casting.marks(broadcast_id) == ".."
    for _ in range(2):  # the answer that was lost may have been of a call whose token had ended
        casting.passes(2 * MINUTE)
    assert casting.tasks() == [(ana, False)]
    assert casting.marks(broadcast_id) == "hh"


def test_a_call_that_never_arrived_is_made_again_after_the_look(casting: Casting) -> None:
    ana = casting.owner(1)
    broadcast_id = casting.scheduled()
    fault(casting, error=-1, drop_answer=True)  # nothing was created, and nobody knows
    casting.run(broadcast_id)
    assert casting.tasks() == []
    for _ in range(2):
        casting.passes(2 * MINUTE)
    assert casting.tasks() == [(ana, False)]
    assert casting.marks(broadcast_id) == "h"


def test_a_busy_partner_is_asked_again_later_and_a_permanent_no_is_kept(casting: Casting) -> None:
    ana = casting.owner(1)
    broadcast_id = casting.scheduled()
    fault(casting, error=45009)
    casting.run(broadcast_id)
    assert casting.tasks() == []
    casting.passes(2 * MINUTE)
    assert casting.tasks() == [(ana, False)]

    refused = casting.scheduled()
    fault(casting, error=40058)
    casting.run(refused)
    assert casting.marks(refused) == "R"
    assert "40058" in " ".join(explaining.why(refused, casting.chats[ana][0]))
    casting.passes(2 * MINUTE)
    assert scheduling.get(refused).state == "sent"
    assert casting.tasks() == [(ana, False)]


def test_gone_groups_and_owners_are_skipped_and_the_rest_goes_on(casting: Casting) -> None:
    ana, _ben, gone = casting.owner(3), casting.owner(1), casting.owner(1)
    dissolved, closed, _kept = casting.chats[ana]
    casting.sandbox.do("POST", f"/groups/{dissolved}/dismiss", {})
    setup.set_state(closed, "closed")
    casting.add(casting.unique("chat"), "nobody-there")
    casting.chats.pop(gone)
    broadcast_id = casting.scheduled()
    casting.run(broadcast_id)
    assert casting.marks(broadcast_id) == "DOhhh"
    assert casting.breaches(broadcast_id) == []
    found = figures.of(broadcast_id)
    assert found.total.skipped == {"group_closed": 1}
    assert found.total.failed == {"group_gone": 1, "owner_left": 1}
    assert "dissolved" in explaining.why(broadcast_id, dissolved)[-1]
    assert "closed" in explaining.why(broadcast_id, closed)[-1]
    assert "not among its targets" in explaining.why(broadcast_id, "somebody")[-1]


def test_an_owner_who_does_not_tap_is_reminded_three_times_and_the_task_is_taken_back(casting: Casting) -> None:
    ana = casting.owner(1)
    broadcast_id = casting.scheduled()
    casting.run(broadcast_id)
    for hours in (1 / 6, 5 / 6, 5, 14, 4):
        casting.passes(timedelta(hours=hours))
    (chunk,) = store_chunks.of(broadcast_id)
    assert (chunk.state, chunk.marks) == ("done", "U")
    assert 1 <= chunk.reminders <= 3
    assert casting.tasks() == [(ana, True)]
    casting.passes(2 * MINUTE)
    assert scheduling.get(broadcast_id).state == "sent"


def test_stopped_midway_and_resumed(casting: Casting) -> None:
    ana, ben = casting.owner(1), casting.owner(1)
    broadcast_id = casting.scheduled()
    casting.run(broadcast_id)
    casting.taps(ana)
    scheduling.stop(broadcast_id, "carl", casting.now)
    casting.passes(MINUTE)
    assert casting.marks(broadcast_id) == ".s"
    assert all(taken_back for _owner, taken_back in casting.tasks())
    casting.passes(HOUR)
    assert len(casting.tasks()) == 2
    scheduling.resume(broadcast_id, "carl", casting.now)
    casting.passes(MINUTE)
    assert (ben, False) in casting.tasks()
    assert [owner for owner, _ in casting.tasks()].count(ana) == 1
    casting.taps()
    for _ in range(3):
        casting.passes(10 * MINUTE)
    assert casting.marks(broadcast_id) == "ss"
    assert scheduling.get(broadcast_id).state == "sent"


def test_versions_go_to_parts_by_hash(casting: Casting) -> None:
    ana = casting.owner(12)
    other = casting.piece(casting.unique("piece"), "晚安")
    draft = casting.draft(content_ids=("morning", other))
    broadcast_id = casting.scheduled(draft)
    casting.run(broadcast_id)
    assert [owner for owner, _ in casting.tasks()] == [ana, ana]
    found = figures.of(broadcast_id)
    assert {name: one.planned > 0 for name, one in found.versions.items()} == {"morning~1": True, f"{other}~1": True}
    assert sum(one.planned for one in found.versions.values()) == found.total.planned == 12


def test_what_cannot_go_is_refused_at_approval(casting: Casting) -> None:
    casting.owner(1)
    past = scheduling.plan(casting.draft(due_at=casting.now - HOUR), casting.now)
    with pytest.raises(Refused, match=r"broadcast\.past"):
        scheduling.approve(past, "ana", casting.now)
    unknown = scheduling.plan(casting.draft(content_ids=("nothing",)), casting.now)
    with pytest.raises(Refused, match=r"content\.unknown"):
        scheduling.approve(unknown, "ana", casting.now)
    wrong = scheduling.plan(casting.draft(route="sms"), casting.now)
    with pytest.raises(Refused, match=r"broadcast\.route"):
        scheduling.approve(wrong, "ana", casting.now)
    empty = casting.elsewhere()
    nobody = scheduling.plan(empty.draft(), casting.now)
    with pytest.raises(Refused, match=r"audience\.nobody"):
        scheduling.approve(nobody, "ana", casting.now)


def test_in_quiet_hours_it_is_moved_and_says_so(casting: Casting) -> None:
    casting.owner(1)
    at_night = casting.now.replace(hour=15)  # 23:00 in China
    broadcast_id = casting.scheduled(casting.draft(due_at=at_night))
    found = scheduling.get(broadcast_id)
    assert found.due_at > at_night
    assert found.note is not None and "quiet" in found.note


def test_groups_that_had_enough_today_get_no_more_of_it(casting: Casting) -> None:
    casting.owner(1)
    casting.piece("again", "再来")
    for _ in range(4):  # the default cap of a day
        casting.run(casting.scheduled())
    fifth = casting.scheduled()
    casting.run(fifth)
    assert figures.of(fifth).total.moved == 1
    assert len(casting.tasks()) == 4


def test_who_opted_out_is_left_out(casting: Casting) -> None:
    optouts.opt_out("somebody", casting.now)
    assert optouts.among(["somebody", "else"]) == {"somebody"}
    optouts.opt_in("somebody")
    assert optouts.among(["somebody"]) == set()
