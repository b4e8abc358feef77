"""A broadcast to groups, from its draft to what became of each target."""

from datetime import timedelta

from pond.broadcasts import scheduling, store_chunks
from support.castings import Casting

MINUTE = timedelta(minutes=1)


def test_each_owner_has_one_task_and_what_they_send_is_counted(casting: Casting) -> None:
    ana, ben = casting.owner(3), casting.owner(2)
    broadcast_id = casting.scheduled()
    assert casting.run(broadcast_id).state == "dispatching"
    assert casting.tasks() == sorted([(ana, False), (ben, False)])
    assert casting.marks(broadcast_id) == "hhhhh"
    casting.taps(ana)
    casting.passes(10 * MINUTE)
    assert casting.marks(broadcast_id) == "hhsss"
    casting.taps()
    casting.passes(50 * MINUTE)
    assert casting.marks(broadcast_id) == "sssss"
    casting.passes(2 * MINUTE)
    assert scheduling.get(broadcast_id).state == "sent"
    assert len(casting.tasks()) == 2
    assert all(len(chunk.msgids) == 1 for chunk in store_chunks.of(broadcast_id))
    assert casting.breaches(broadcast_id) == []
