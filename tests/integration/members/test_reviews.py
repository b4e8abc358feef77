"""Who is let in by rules, quotas and operators: each counted once, in order, whatever breaks off or comes twice."""

import copy
import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from pond.kernel.clock import china_day
from pond.kernel.errors import NotFound, Refused
from pond.members import access_log, blocklist, registration, registrations, reviews, store_reviews
from pond.members.model import Invalid, Registered, Registration
from pond.programmes import service as programmes
from pond.programmes.model import Programme
from support.cloud import ROOT
from support.crashes import explore
from support.people import Person

SHOPS: dict[str, Any] = yaml.safe_load((ROOT / "infra/demo/shops.yaml").read_text())
SECOND = timedelta(seconds=1)
CODE = "246810"


@dataclass(frozen=True)
class Shops:
    """A programme of this test's for people in trade."""

    programme_id: str
    make: Callable[..., Person]
    now: datetime

    @property
    def programme(self) -> Programme:
        return programmes.get(self.programme_id)

    def apply(self, **quotas: int) -> None:
        """Set how many the quotas `sellers` and `hangzhou` take."""
        document = copy.deepcopy(SHOPS) | {"programme_id": self.programme_id}
        for quota in document["admission"]["quotas"]:
            quota["at_most"] = quotas.get(quota["quota_id"], quota["at_most"])
        programmes.apply(document, self.now)

    def person(self, identity: str = "store", years: str = "some", city: str = "上海") -> Person:
        """Somebody with a code, and the form filled in."""
        one = self.make()
        one.ask(self.now)
        form = dataclasses.replace(
            one.form, stage_id="trade", day="", city=city, answers={"identity": identity, "years": years}
        )
        return dataclasses.replace(one, form=form)

    def send(self, one: Person, after: timedelta = SECOND) -> object:
        """Send the form."""
        return registration.register(
            one.form, CODE, self.programme, one.account_id, one.follower_id, "shop", self.now + after
        )

    def registered(self, one: Person) -> Registration:
        found = registrations.get(one.account_id, self.programme_id)
        assert found
        return found

    def standings(self, *people: Person) -> list[str]:
        return [self.registered(one).standing for one in people]

    def counters(self) -> dict[str, tuple[int, int]]:
        """(accepted, waiting) by quota; and nothing is counted wrongly."""
        assert [which for which, _ in reviews.miscounted() if which.startswith(self.programme_id)] == []
        rows = [row for row in store_reviews.every_counter() if row.programme_id == self.programme_id]
        return {row.quota_id: (row.accepted or 0, row.waiting or 0) for row in rows}


@pytest.fixture
def make_shops(person: Callable[..., Person], unique: Callable[[str], str], now: datetime) -> Callable[..., Shops]:
    """Makes such programmes."""

    def make(**quotas: int) -> Shops:
        shops = Shops(unique("p"), person, now)
        shops.apply(**quotas)
        return shops

    return make


@pytest.fixture
def shops(make_shops: Callable[..., Shops]) -> Shops:
    return make_shops()


def test_rules_accept_review_or_refuse_at_once(shops: Shops) -> None:
    owner, newcomer, consumer = shops.person(), shops.person("seller", "new"), shops.person("consumer")
    done = [shops.send(one) for one in (owner, newcomer, consumer)]
    assert done == [
        Registered(owner.account_id, f"{shops.programme_id}~stores", "accepted"),
        Registered(newcomer.account_id, f"{shops.programme_id}~sellers", "review"),
        Registered(consumer.account_id, "", "refused"),
    ]
    kept = shops.registered(consumer)
    assert (kept.rule_id, kept.kind, kept.answers) == (
        "consumers",
        "consumer",
        {"identity": "consumer", "years": "some"},
    )
    assert shops.registered(owner).accepted_at == shops.now + SECOND
    assert shops.registered(newcomer).accepted_at is None
    assert [one.member_id for one in reviews.listed(shops.programme_id)] == [newcomer.account_id]
    assert [one.member_id for one in reviews.listed(shops.programme_id, "refused")] == [consumer.account_id]


def test_sending_the_form_again_with_other_answers_changes_nothing(shops: Shops) -> None:
    one = shops.person("consumer")
    first = shops.send(one)
    other = dataclasses.replace(one.form, answers={"identity": "store", "years": "long"})
    assert shops.send(dataclasses.replace(one, form=other), SECOND * 9) == first


def test_every_question_wants_one_of_its_answers(shops: Shops) -> None:
    one = shops.person("farmer")
    assert shops.send(one) == Invalid({"answer-identity": "answer.missing"})
    assert registrations.get(one.account_id, shops.programme_id) is None


def test_a_kind_without_groups_is_told_so_unless_it_is_refused_anyway(shops: Shops) -> None:
    one = shops.person("seller")
    elsewhere = dataclasses.replace(one, form=dataclasses.replace(one.form, stage_id="starting"))
    assert shops.send(elsewhere) == Invalid({"stage_id": "stage.no_group"})


def test_an_operator_accepts_once_and_who_is_in_is_not_refused(shops: Shops) -> None:
    one = shops.person("seller", "new")
    shops.send(one)
    where = (one.account_id, shops.programme_id)
    later = shops.now + timedelta(hours=1)
    assert reviews.accept(*where, "林", "打过电话", later) == "decided"
    assert reviews.accept(*where, "陈", "", later + SECOND) == "already"
    kept = shops.registered(one)
    assert (kept.standing, kept.decided_by, kept.decided_reason, kept.accepted_at) == (
        "accepted",
        "林",
        "打过电话",
        later,
    )
    assert list(reviews.listed(shops.programme_id)) == []
    assert shops.counters() == {"sellers": (1, 0)}
    with pytest.raises(Refused, match=r"review\.accepted"):
        reviews.refuse(*where, "陈", "不行", later)


def test_an_operator_refuses_with_a_reason_and_may_think_again(shops: Shops) -> None:
    one = shops.person("seller", "new")
    shops.send(one)
    where = (one.account_id, shops.programme_id)
    with pytest.raises(Refused, match=r"review\.reason"):
        reviews.refuse(*where, "林", " ", shops.now)
    assert reviews.refuse(*where, "林", "电话打不通", shops.now) == "decided"
    assert reviews.refuse(*where, "陈", "别的", shops.now) == "already"
    assert (shops.registered(one).standing, shops.registered(one).decided_reason) == ("refused", "电话打不通")
    assert [found.member_id for found in reviews.listed(shops.programme_id, "refused")] == [one.account_id]
    assert reviews.accept(*where, "林", "", shops.now) == "decided"
    assert shops.counters() == {"sellers": (1, 0)}


def test_who_has_no_group_or_is_unknown_or_by_nobody_is_not_accepted(shops: Shops) -> None:
    consumer = shops.person("consumer")
    shops.send(consumer)
    with pytest.raises(Refused, match=r"review\.no_group"):
        reviews.accept(consumer.account_id, shops.programme_id, "林", "", shops.now)
    with pytest.raises(NotFound, match=r"review\.unknown"):
        reviews.accept("nobody", shops.programme_id, "林", "", shops.now)
    with pytest.raises(Refused, match=r"review\.by"):
        reviews.accept(consumer.account_id, shops.programme_id, " ", "", shops.now)


def test_of_two_operators_at_once_one_decides(shops: Shops) -> None:
    one = shops.person("seller", "new")
    shops.send(one)

    def decide(number: int) -> str:
        return reviews.accept(one.account_id, shops.programme_id, f"甲{number}", "", shops.now)

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(decide, range(4)))
    assert done == ["already"] * 3 + ["decided"]
    assert shops.counters() == {"sellers": (1, 0)}


def test_a_decision_about_what_stands_no_longer_changes_nothing(shops: Shops) -> None:
    one = shops.person("seller", "new")
    shops.send(one)
    seen = shops.registered(one)
    assert reviews.accept(one.account_id, shops.programme_id, "林", "", shops.now) == "decided"
    counted = [store_reviews.Counted("sellers")]
    assert store_reviews.decide(seen, "refused", "陈", "不行", shops.now, ()) == "changed"
    assert store_reviews.decide(seen, "accepted", "陈", "", shops.now, counted) == "changed"
    assert (shops.registered(one).standing, shops.registered(one).decided_by) == ("accepted", "林")
    assert shops.counters() == {"sellers": (1, 0)}


def test_a_quota_takes_exactly_as_many_as_it_says_however_many_come_at_once(make_shops: Callable[..., Shops]) -> None:
    shops = make_shops(sellers=3)
    people = [shops.person("seller") for _ in range(7)]
    with ThreadPoolExecutor(7) as pool:
        list(pool.map(lambda one: (shops.send(one), shops.send(one)), people))
    assert sorted(shops.standings(*people)) == ["accepted"] * 3 + ["waitlist"] * 4
    assert shops.counters() == {"sellers": (3, 4)}


def test_who_waits_for_a_quota_is_first_when_it_grows(make_shops: Callable[..., Shops]) -> None:
    shops = make_shops(sellers=1)
    first, second, third = (shops.person("seller") for _ in range(3))
    for number, one in enumerate((first, second, third), 1):
        shops.send(one, SECOND * number)
    assert shops.standings(first, second, third) == ["accepted", "waitlist", "waitlist"]
    shops.apply(sellers=2)
    newcomer = shops.person("seller")
    shops.send(newcomer, SECOND * 9)
    assert shops.standings(newcomer) == ["waitlist"]  # there is room, but others came before
    assert reviews.admit_waiting(shops.now + SECOND * 10) >= 1
    assert shops.standings(second, third, newcomer) == ["accepted", "waitlist", "waitlist"]
    assert shops.counters() == {"sellers": (2, 2)}
    assert reviews.accept(newcomer.account_id, shops.programme_id, "林", "", shops.now) == "decided"
    assert reviews.refuse(third.account_id, shops.programme_id, "林", "停招", shops.now) == "decided"
    assert shops.counters() == {"sellers": (3, 0)}  # an operator's word goes before the quota, and is counted


def test_a_blocked_person_holds_up_nobody_who_waits_for_a_quota(make_shops: Callable[..., Shops]) -> None:
    shops = make_shops(sellers=1)
    first, second, third = (shops.person("seller") for _ in range(3))
    for number, one in enumerate((first, second), 1):
        shops.send(one, SECOND * number)
    blocklist.block("account", second.account_id, "sells", shops.now)
    for _ in range(2):
        reviews.turn_away(shops.registered(second), shops.now)
    assert shops.standings(first, second) == ["accepted", "refused"]
    assert shops.counters() == {"sellers": (1, 0)}
    shops.apply(sellers=2)
    shops.send(third, SECOND * 3)
    assert shops.standings(third) == ["accepted"]


def test_who_counts_in_two_quotas_needs_room_in_both(make_shops: Callable[..., Shops]) -> None:
    shops = make_shops(sellers=5, hangzhou=1)
    first, second = shops.person("seller", city="杭州市"), shops.person("seller", city="浙江杭州")
    for one in (first, second):
        shops.send(one)
    assert shops.standings(first, second) == ["accepted", "review"]
    assert shops.registered(second).full_quota == "hangzhou"
    assert shops.counters() == {"sellers": (1, 0), "hangzhou": (1, 0)}


def test_a_quota_of_nobody_takes_nobody(make_shops: Callable[..., Shops]) -> None:
    shops = make_shops(sellers=0)
    one = shops.person("seller")
    shops.send(one)
    assert shops.standings(one) == ["waitlist"]
    assert reviews.admit_waiting(shops.now) == 0
    assert shops.counters() == {"sellers": (0, 1)}


def test_who_sees_a_name_is_written_down(shops: Shops) -> None:
    one = shops.person("seller", "new")
    shops.send(one)
    shown = reviews.show(one.account_id, shops.programme_id, "林", shops.now)
    assert shown == reviews.Shown("王小美")
    seen = [access for access in access_log.of_day(china_day(shops.now)) if access.about == one.account_id]
    assert [(access.who, access.what, access.at) for access in seen] == [("林", "name", shops.now)]


def test_a_registration_counted_in_a_quota_survives_a_crash_anywhere(
    make_shops: Callable[..., Shops], record_property: Callable[[str, object], None]
) -> None:
    @dataclass(frozen=True)
    class Scene:
        shops: Shops
        people: tuple[Person, Person]

    def scene() -> Scene:
        shops = make_shops(sellers=1)
        return Scene(shops, (shops.person("seller"), shops.person("seller")))

    def act(here: Scene) -> None:
        for number, one in enumerate(here.people, 1):
            here.shops.send(one, SECOND * number)

    def settled(here: Scene) -> None:
        assert here.shops.standings(*here.people) == ["accepted", "waitlist"]
        assert here.shops.counters() == {"sellers": (1, 1)}

    record_property("crash_points", explore(scene, act, settled))


@pytest.mark.parametrize("verdict", ["accept", "refuse"])
def test_a_decision_survives_a_crash_anywhere(
    make_shops: Callable[..., Shops], record_property: Callable[[str, object], None], verdict: str
) -> None:
    def scene() -> tuple[Shops, Person]:
        shops = make_shops(sellers=0)
        one = shops.person("seller")
        shops.send(one)
        return shops, one

    def act(here: tuple[Shops, Person]) -> None:
        shops, one = here
        decide = {"accept": reviews.accept, "refuse": reviews.refuse}[verdict]
        assert decide(one.account_id, shops.programme_id, "林", "停招", shops.now) in ("decided", "already")

    def settled(here: tuple[Shops, Person]) -> None:
        shops, one = here
        kept = shops.registered(one)
        standing = {"accept": "accepted", "refuse": "refused"}[verdict]
        assert (kept.standing, kept.decided_by, kept.decided_reason) == (standing, "林", "停招")
        assert shops.counters() == {"sellers": (1 if verdict == "accept" else 0, 0)}

    record_property("crash_points", explore(scene, act, settled))
