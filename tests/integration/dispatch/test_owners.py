"""A group that has another owner than when its broadcast was expanded: that owner has its task, and nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pond.broadcasts import explaining, figures, progress, scheduling, store_chunks
from pond.groups import store
from support.castings import Casting
from support.crashes import explore

MINUTE = timedelta(minutes=1)
CREATE = "/cgi-bin/externalcontact/add_msg_template"
Record = Callable[[str, object], None]


def dealt(casting: Casting) -> str:
    """A broadcast whose chunks are written, and none of them sent."""
    broadcast_id = casting.scheduled()
    casting.ask(broadcast_id)
    casting.work_one()
    assert {one["kind"] for one in casting.waiting} == {progress.SEND}
    return broadcast_id


def hand_over(casting: Casting, chat_id: str, to: str, heard: bool = True) -> None:
    """A group gets another owner at WeCom; `heard`: we know it."""
    casting.sandbox.do("PATCH", f"/groups/{chat_id}", {"owner": to})
    if heard:
        store.set_shown(chat_id, "群", to)


def fault(casting: Casting, **fault: Any) -> None:
    casting.sandbox.do("POST", "/faults", {"platform": "wecom", "endpoint": CREATE, "times": 1, **fault})


def finish(casting: Casting, broadcast_id: str) -> str:
    for _ in range(3):
        casting.passes(2 * MINUTE)
    casting.taps()
    casting.passes(60 * MINUTE)
    casting.passes(60 * MINUTE)
    assert casting.breaches(broadcast_id) == []
    return casting.marks(broadcast_id)


def test_it_goes_to_the_new_owner(casting: Casting) -> None:
    ana, ben = casting.owner(2), casting.owner(1)
    broadcast_id = dealt(casting)
    moved, kept = casting.chats[ana]
    hand_over(casting, moved, ben)
    casting.work()
    assert finish(casting, broadcast_id) == "Psss"
    assert casting.tasks() == sorted([(ana, False), (ben, False), (ben, False)])
    for chat_id in (moved, kept):
        assert explaining.why(broadcast_id, chat_id)[-1].startswith("sent")
    found = figures.of(broadcast_id)
    assert (found.total.planned, found.total.sent, found.total.failed) == (3, 3, {})
    assert scheduling.get(broadcast_id).state == "sent"


def test_what_only_wecom_knows_is_asked_when_it_leaves_a_group_out(casting: Casting) -> None:
    ana, ben = casting.owner(2), casting.owner(0)
    broadcast_id = dealt(casting)
    hand_over(casting, casting.chats[ana][0], ben, heard=False)
    casting.work()
    assert finish(casting, broadcast_id) == "Pss"
    assert casting.tasks() == sorted([(ana, False), (ben, False)])


def test_what_only_wecom_knows_is_asked_when_it_refuses_all(casting: Casting) -> None:
    ana, ben = casting.owner(1), casting.owner(0)
    broadcast_id = dealt(casting)
    hand_over(casting, casting.chats[ana][0], ben, heard=False)
    casting.work()
    assert finish(casting, broadcast_id) == "Ps"
    assert casting.tasks() == [(ben, False)]


def test_a_task_that_may_stand_before_the_former_owner_is_looked_for_first(casting: Casting) -> None:
    ana, ben = casting.owner(1), casting.owner(0)
    casting.run(casting.scheduled())  # so that the answer that is lost is of no call whose token has ended
    broadcast_id = dealt(casting)
    fault(casting, drop_answer=True)  # there is a task, and we do not know
    casting.work()
    hand_over(casting, casting.chats[ana][0], ben)
    for _ in range(3):
        casting.passes(2 * MINUTE)
    assert casting.tasks() == [(ana, False), (ana, False)]
    assert casting.marks(broadcast_id) == "h"


def test_none_there_it_goes_to_the_new_owner(casting: Casting) -> None:
    ana, ben = casting.owner(1), casting.owner(0)
    broadcast_id = dealt(casting)
    fault(casting, error=-1, drop_answer=True)  # there is none, and we do not know
    casting.work()
    hand_over(casting, casting.chats[ana][0], ben)
    assert finish(casting, broadcast_id) == "Ps"
    assert casting.tasks() == [(ben, False)]


def test_whatever_call_it_dies_at_the_group_has_one_task(casting: Casting, record_property: Record) -> None:
    def scene() -> tuple[Casting, str]:
        here = casting.elsewhere()
        ana, ben = here.owner(2), here.owner(0)
        broadcast_id = dealt(here)
        hand_over(here, here.chats[ana][0], ben)
        return here, broadcast_id

    def act(scene: tuple[Casting, str]) -> None:
        scene[0].work()
        scene[0].passes(2 * MINUTE)

    def settled(scene: tuple[Casting, str]) -> None:
        here, broadcast_id = scene
        here.settles(lambda: here.marks(broadcast_id) == "Phh")
        ana, ben = here.chats
        assert here.tasks() == sorted([(ana, False), (ben, False)])
        assert here.marks(broadcast_id) == "Phh"
        assert [len(chunk.msgids) for chunk in store_chunks.of(broadcast_id)] == [1, 1]
        assert here.breaches(broadcast_id) == []

    record_property("crash_points", explore(scene, act, settled))
