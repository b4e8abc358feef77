"""Membership survives a crash at any call: delivered again minutes later, as AWS would, roster and seats are what
WeCom says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pond.groups import membership, reconciliation, setup, store, store_rosters
from pond.groups.invariants import check
from pond.groups.model_rosters import Heard, read
from pond.groups.reconciliation import GroupDue
from pond.kernel.tables import iso
from support.crashes import explore
from support.towns import Town

MakeTown = Callable[..., Town]
Record = Callable[[str, object], None]
REDELIVERY = timedelta(minutes=3)


@dataclass
class Scene:
    """A town, what WeCom said about its first group, and a clock that a redelivery moves on."""

    here: Town
    people: list[dict[str, Any]]
    events: list[Heard]
    now: datetime

    @property
    def chat_id(self) -> str:
        return self.here.place.chat_ids[0]

    def hear(self) -> None:
        self.now += REDELIVERY
        membership.hear_all(self.chat_id, self.events, self.now, lambda seconds: None)

    def intact(self, states: list[str], standings: list[str]) -> None:
        assert [self.here.state(person) for person in self.people] == states
        assert self.here.standings(self.chat_id) == standings
        about = {self.here.place.pool_id, self.chat_id, *map(self.here.member_id, self.people)}
        assert [breach for breach in check(self.now, self.now) if breach.about in about] == []
        assert store_rosters.chain(self.chat_id).version == self.here.version(self.chat_id)


def scene_of(here: Town, happen: Callable[[Town, list[dict[str, Any]]], list[dict[str, Any]]]) -> Scene:
    """Two who came in and were heard of, one who holds a seat; then what happens, not heard yet."""
    people = [here.seated() for _ in range(3)]
    [chat_id] = here.place.chat_ids
    for person in people[:2]:
        here.hear(chat_id, **here.joins(person, chat_id))
    said = happen(here, people)
    now = datetime.now(UTC)
    return Scene(here, people, [read(one, now) for one in said], now)


def test_joins_and_leaves_that_fit_the_chain(town: MakeTown, record_property: Record) -> None:
    def happen(here: Town, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        [chat_id] = here.place.chat_ids
        return [here.joins(people[2], chat_id), here.leaves(people[0], chat_id, removed=True)]

    points = explore(
        lambda: scene_of(town(1), happen),
        Scene.hear,
        lambda scene: scene.intact(["removed", "taken", "taken"], ["removed", "seated", "seated"]),
    )
    record_property("crash_points", points)


def test_leaves_without_a_look_at_the_group(town: MakeTown, record_property: Record) -> None:
    def happen(here: Town, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        [chat_id] = here.place.chat_ids
        return [here.leaves(people[0], chat_id), here.leaves(people[1], chat_id, removed=True)]

    points = explore(
        lambda: scene_of(town(1), happen),
        Scene.hear,
        lambda scene: scene.intact(["left", "removed", "held"], ["left", "removed"]),
    )
    record_property("crash_points", points)


def test_a_gap(town: MakeTown, record_property: Record) -> None:
    def happen(here: Town, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        [chat_id] = here.place.chat_ids
        here.leaves(people[0], chat_id)
        return [here.joins(people[2], chat_id)]

    points = explore(
        lambda: scene_of(town(1), happen),
        Scene.hear,
        lambda scene: scene.intact(["left", "taken", "taken"], ["left", "seated", "seated"]),
    )
    record_property("crash_points", points)


def test_the_nightly_comparison(town: MakeTown, record_property: Record) -> None:
    def happen(here: Town, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        [chat_id] = here.place.chat_ids
        here.leaves(people[0], chat_id)
        here.joins(people[2], chat_id)
        return []

    def compare(scene: Scene) -> None:
        due_at = iso(datetime.now(UTC) + timedelta(seconds=30))
        scene.now += REDELIVERY
        reconciliation.compare(GroupDue(chat_id=scene.chat_id, due_at=due_at), scene.now, lambda seconds: None)

    points = explore(
        lambda: scene_of(town(1), happen),
        compare,
        lambda scene: scene.intact(["left", "taken", "taken"], ["left", "seated", "seated"]),
    )
    record_property("crash_points", points)


def test_a_seat_that_came_after_the_person(town: MakeTown, record_property: Record) -> None:
    def scene() -> Scene:
        here = town(1)
        [chat_id] = here.place.chat_ids
        person = here.person()
        here.hear(chat_id, **here.joins(person, chat_id))
        here.seat(person)
        return Scene(here, [person], [], datetime.now(UTC))

    def look_again(scene: Scene) -> None:
        scene.now += REDELIVERY
        member_id = scene.here.member_id(scene.people[0])
        reconciliation.restand(member_id, scene.here.place.programme_id, scene.now, lambda seconds: None)

    points = explore(scene, look_again, lambda scene: scene.intact(["taken"], ["seated"]))
    record_property("crash_points", points)


def test_bringing_a_group_in(town: MakeTown, record_property: Record) -> None:
    def scene() -> tuple[Town, str]:
        here = town(0)
        return here, here.sandbox.do("POST", "/groups", {"name": "孕期 1 群", "owner": "ana"})["chat_id"]

    def bring(made: tuple[Town, str]) -> None:
        here, chat_id = made
        setup.import_group(chat_id, here.place.programme_id, "pregnancy", 5, datetime.now(UTC))

    def settled(made: tuple[Town, str]) -> None:
        here, chat_id = made
        group = store.get_group(chat_id)
        assert group and (group.state, group.capacity) == ("open", 5)
        assert here.scan(here.person(), chat_id) == "joined"

    points = explore(scene, bring, settled)
    record_property("crash_points", points)
