"""Whatever call a worker dies at: each owner has one task, every target is in it, and every task's id is known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pond.broadcasts import scheduling, store_chunks
from support.castings import Casting
from support.crashes import explore

Record = Callable[[str, object], None]
MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    casting: Casting
    broadcast_id: str


def test_planning_and_dispatch(casting: Casting, record_property: Record) -> None:
    def scene() -> Scene:
        here = casting.elsewhere()
        here.owner(2), here.owner(1)
        return Scene(here, here.scheduled())

    def act(scene: Scene) -> None:
        scene.casting.run(scene.broadcast_id)

    def settled(scene: Scene) -> None:
        # what was left with an unknown outcome is looked up
        scene.casting.settles(lambda: scene.casting.marks(scene.broadcast_id) == "hhh")
        assert scene.casting.tasks() == sorted((owner, False) for owner in scene.casting.chats)
        assert scene.casting.marks(scene.broadcast_id) == "hhh"
        assert [len(chunk.msgids) for chunk in store_chunks.of(scene.broadcast_id)] == [1, 1]
        assert scheduling.get(scene.broadcast_id).state == "dispatching"

    record_property("crash_points", explore(scene, act, settled))


def test_asking_what_became_of_them(casting: Casting, record_property: Record) -> None:
    def scene() -> Scene:
        here = casting.elsewhere()
        ana, _ben = here.owner(2), here.owner(1)
        broadcast_id = here.scheduled()
        here.run(broadcast_id)
        here.taps(ana)
        return Scene(here, broadcast_id)

    def act(scene: Scene) -> None:
        scene.casting.passes(10 * MINUTE)

    def settled(scene: Scene) -> None:
        scene.casting.settles(lambda: scene.casting.marks(scene.broadcast_id) == "hss")
        assert scene.casting.marks(scene.broadcast_id) == "hss"
        assert scene.casting.tasks() == sorted((owner, False) for owner in scene.casting.chats)

    record_property("crash_points", explore(scene, act, settled))


def test_stopping_and_resuming(casting: Casting, record_property: Record) -> None:
    def scene() -> Scene:
        here = casting.elsewhere()
        ana, _ben = here.owner(2), here.owner(1)
        broadcast_id = here.scheduled()
        here.run(broadcast_id)
        here.taps(ana)
        return Scene(here, broadcast_id)

    def act(scene: Scene) -> None:
        scheduling.stop(scene.broadcast_id, "ana", scene.casting.now)
        scene.casting.passes(2 * MINUTE)
        scheduling.resume(scene.broadcast_id, "ana", scene.casting.now)
        scene.casting.passes(2 * MINUTE)

    def settled(scene: Scene) -> None:
        scene.casting.settles(lambda: scene.casting.marks(scene.broadcast_id) == "hss")
        (ana, _two), (ben, _one) = scene.casting.chats.items()
        standing = [owner for owner, taken_back in scene.casting.tasks() if not taken_back]
        assert standing.count(ben) == 1  # one again, if the first was taken back
        assert [owner for owner, _ in scene.casting.tasks()].count(ana) == 1  # what she sent is not asked for again
        assert scene.casting.marks(scene.broadcast_id) == "hss"

    record_property("crash_points", explore(scene, act, settled))
