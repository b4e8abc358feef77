"""Who is over a cap gets it later, once, or not at all, by the rule; and it is said."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pond.broadcasts import almanac, explaining, figures, moving, scheduling, store_broadcasts, store_targets
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import Sheet, Target
from pond.channels import followers
from support.castings import Casting
from support.crashes import explore

Record = Callable[[str, object], None]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ONE_A_DAY = [{"per": "day", "at_most": 1}]


def capped(casting: Casting, *more: dict[str, object]) -> None:
    """One a day, and whatever else, for groups and persons."""
    caps = [*ONE_A_DAY, *more]
    almanac.apply(casting.programme_id, {"caps": {"group": caps, "person": caps}}, casting.now)


def next_morning(casting: Casting) -> None:
    """Ten o'clock of the next day in China: what begins at eight is due."""
    casting.until(casting.now.replace(hour=2, minute=0) + DAY)
    casting.passes(MINUTE)


def only_following(broadcast_id: str) -> Broadcast:
    (found,) = moving.following(scheduling.get(broadcast_id))
    return found


def test_groups_over_their_day_get_it_the_next_morning_once(casting: Casting) -> None:
    ana = casting.owner(2)
    capped(casting)
    casting.run(casting.scheduled())
    second = casting.scheduled()
    casting.run(second)
    assert len(casting.tasks()) == 1
    assert (figures.of(second).total.moved, figures.of(second).total.skipped) == (2, {})
    following = only_following(second)
    assert (following.state, following.due_at) == ("scheduled", (casting.now + DAY).replace(hour=0, minute=0))
    assert "a day" in explaining.why(second, casting.chats[ana][0])[1]
    casting.passes(MINUTE)
    assert len(casting.tasks()) == 1
    next_morning(casting)
    assert len(casting.tasks()) == 2
    casting.taps()
    casting.passes(10 * MINUTE)
    assert casting.marks(following.broadcast_id) == "ss"
    assert casting.breaches(following.broadcast_id) == casting.breaches(second) == []
    said = explaining.why(second, casting.chats[ana][0])
    assert following.broadcast_id in said[2]
    assert said[-1].startswith("  sent")


def test_what_is_of_its_day_is_dropped_and_said(casting: Casting) -> None:
    ana = casting.owner(1)
    capped(casting)
    casting.run(casting.scheduled())
    second = casting.scheduled(replace(casting.draft(), over_cap="drop"))
    casting.run(second)
    assert figures.of(second).total.skipped == {"over_cap": 1}
    assert moving.following(scheduling.get(second)) == []
    assert "as many broadcasts as the rules allow" in explaining.why(second, casting.chats[ana][0])[-1]


def test_moves_end_with_the_days_that_the_rules_give(casting: Casting) -> None:
    casting.owner(1)
    almanac.apply(casting.programme_id, {"caps": {"group": ONE_A_DAY}, "move_at_most_days": 1}, casting.now)
    casting.run(casting.scheduled())
    second = casting.scheduled()
    casting.run(second)
    following = only_following(second)
    casting.until(following.due_at - timedelta(hours=2))
    early = casting.scheduled(casting.draft(due_at=following.due_at))
    casting.until(following.due_at)
    casting.run(early)  # the day's one is gone before what was moved here begins
    casting.scheduled_ids.add(following.broadcast_id)
    casting.passes(MINUTE)
    assert figures.of(following.broadcast_id).total.skipped == {"over_cap": 1}
    assert moving.following(scheduling.get(following.broadcast_id)) == []


def test_a_member_over_their_day_is_told_the_next_morning_by_the_same_version(casting: Casting) -> None:
    casting.piece("hello", "今晚八点直播", routes=["account"])
    casting.piece("bye", "明天见", routes=["account"])
    capped(casting)
    people = [casting.member() for _ in range(3)]
    casting.run(casting.scheduled(casting.draft("account", ("hello",))))
    second = casting.scheduled(casting.draft("account", ("hello", "bye")))
    casting.run(second)
    assert casting.marks(second) == "TTT"
    casting.passes(3 * MINUTE)
    assert scheduling.get(second).state == "sent"
    following = only_following(second)
    next_morning(casting)
    assert casting.marks(following.broadcast_id) == "sss"
    versions = {name: (one.moved, one.planned) for name, one in figures.of(second).versions.items()}
    later = {name: (one.planned, one.sent) for name, one in figures.of(following.broadcast_id).versions.items()}
    assert {name: (moved, moved) for name, (moved, _) in versions.items()} == later
    assert all(planned == 0 for _, planned in versions.values())
    assert casting.breaches(following.broadcast_id) == []
    for person in people:
        assert "sent" in explaining.why(second, person["member_id"])[-1]


def test_what_staff_send_and_what_the_account_says_count_together(casting: Casting) -> None:
    ana = casting.owner(1)
    (chat_id,) = casting.chats[ana]
    casting.piece("hello", "您好", routes=["wecom_customer", "account"])
    capped(casting)
    friend, told = casting.member(chat_id), casting.member(chat_id)
    for one in (friend, told):
        casting.befriend(ana, one)
    followers.set_quiet(followers.follower_id(friend["openid"]), casting.now)
    casting.run(casting.scheduled(casting.draft("account", ("hello",))))  # only one of them is told
    followers.set_quiet(followers.follower_id(friend["openid"]), None)
    by_staff = casting.scheduled(casting.draft("wecom_customer", ("hello",)))
    casting.run(by_staff)
    assert casting.marks(by_staff) == "Th"
    assert "a day" in explaining.why(by_staff, told["member_id"])[2]
    later = casting.scheduled(casting.draft("account", ("hello",)))
    casting.run(later)
    assert casting.marks(later) == "TT"
    scheduling.stop(later, "carl", casting.now)
    casting.passes(3 * MINUTE)
    next_morning(casting)
    assert casting.tasks() == [(ana, False), (ana, False)]
    assert casting.marks(only_following(by_staff).broadcast_id) == "h"


def test_pausing_also_pauses_what_follows(casting: Casting) -> None:
    casting.owner(1)
    capped(casting)
    casting.run(casting.scheduled())
    second = casting.scheduled()
    casting.run(second)
    scheduling.stop(second, "carl", casting.now)
    assert only_following(second).state == "stopped"
    next_morning(casting)
    assert len(casting.tasks()) == 1
    scheduling.resume(second, "carl", casting.now)
    assert only_following(second).state == "scheduled"
    casting.passes(MINUTE)
    assert len(casting.tasks()) == 2


def told_already(casting: Casting, chat_id: str) -> None:
    """A group had a broadcast this morning, as its rows say."""
    broadcast_id = casting.scheduled()
    target = Target(recipient_id=chat_id, variant=0, sender="somebody")
    store_targets.put_sheet(Sheet(broadcast_id, 0, None, None, (target,)))
    store_broadcasts.move(broadcast_id, ("scheduled",), "sent", began_at=casting.now, next_at=None)


@dataclass
class Scene:
    casting: Casting
    broadcast_id: str
    morning: datetime


def test_whatever_call_it_dies_at_who_was_moved_has_one_task(casting: Casting, record_property: Record) -> None:
    def scene() -> Scene:
        here = casting.elsewhere()
        ana = here.owner(1)
        capped(here)
        told_already(here, here.chats[ana][0])
        return Scene(here, here.scheduled(), here.now.replace(hour=2, minute=0) + DAY)

    def act(scene: Scene) -> None:
        here = scene.casting
        if here.now < scene.morning:
            here.run(scene.broadcast_id)
            here.until(scene.morning)
        here.passes(MINUTE)

    def settled(scene: Scene) -> None:
        scene.casting.settles(lambda: len(scene.casting.tasks()) == 1)
        assert len(scene.casting.tasks()) == 1
        following = only_following(scene.broadcast_id)
        assert scene.casting.marks(following.broadcast_id) == "h"
        assert scene.casting.breaches(following.broadcast_id) == []

    record_property("crash_points", explore(scene, act, settled))
