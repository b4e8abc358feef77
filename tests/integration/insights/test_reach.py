"""Who can be reached how, read from all rooms."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pond.insights import people, reach
from pond.insights.people import Person
from pond.members.store_accounts import AccountRow
from pond.members.store_phones import PhoneRow
from support.crowds import Crowd

MakeCrowd = Callable[[], Crowd]


def of(crowd: Crowd, size: int = people.PAGE) -> dict[str, Person]:
    found = [one for page in people.pages(size=size) for one in page if crowd.programme_id in one.programme_ids]
    assert len({one.listed.member_id for one in found}) == len(found), "each member once"
    return {one.listed.member_id: one for one in found}


def test_each_route_is_seen_where_it_works(make_crowd: MakeCrowd) -> None:
    crowd = make_crowd()
    wanted = {
        crowd.member(seated=True): {"phone", "account", "wecom"},
        crowd.member(): {"phone", "account"},
        crowd.member(follows=False): {"phone"},
        crowd.member(blocked=True, follows=False): set(),
        crowd.member(blocked=True, seated=True, follows=False): {"wecom"},
    }
    assert {member_id: set(person.routes) for member_id, person in of(crowd).items()} == wanted
    found = reach.count_all()
    tally = found.programmes[crowd.programme_id]
    assert (tally.members, [tally.over(number) for number in range(4)]) == (5, [1, 2, 1, 1])
    assert [tally.by("phone"), tally.by("account"), tally.by("wecom")] == [3, 2, 2]
    assert found.everyone.members >= 5


def test_small_pages_find_the_same_members(make_crowd: MakeCrowd) -> None:
    crowd = make_crowd()
    members = {crowd.member() for _ in range(5)}
    assert of(crowd, size=2).keys() == members == of(crowd).keys()


def test_a_second_account_and_a_group_without_a_seat_count(make_crowd: MakeCrowd) -> None:
    crowd = make_crowd()
    member_id = crowd.member(follows=False)
    openid, chat_id = crowd.second_account(member_id), crowd.astray(member_id)
    person = of(crowd)[member_id]
    assert (person.openids, person.chat_ids) == ((openid,), (chat_id,))
    assert person.routes == {"phone", "account", "wecom"}


def test_a_member_found_to_be_another_is_counted_as_that_one(make_crowd: MakeCrowd, now: datetime) -> None:
    crowd = make_crowd()
    kept, merged = crowd.member(follows=False), crowd.member()
    chat_id = crowd.astray(merged)
    AccountRow(merged).update([AccountRow.member_id.set(kept), AccountRow.merged_at.set(now)])
    openid = crowd.second_account(merged)  # known by the merged member's id still
    found = of(crowd)
    assert found.keys() == {kept}
    assert (found[kept].openids, found[kept].chat_ids) == ((openid,), (chat_id,))


def test_only_the_present_phone_counts(make_crowd: MakeCrowd, now: datetime) -> None:
    crowd = make_crowd()
    member_id = crowd.member()
    former = of(crowd)[member_id].listed.phone_id
    crowd.phone(member_id)
    PhoneRow(former).update([PhoneRow.blocked_at.set(now + timedelta(days=1))])
    person = of(crowd)[member_id]
    assert person.listed.phone_id != former
    assert "phone" in person.routes
