"""What people did after a broadcast counts once, for the broadcast whose link they opened, within the window."""

from datetime import timedelta

from pond.broadcasts import figures, hearing, responses
from pond.channels import links
from pond.channels.events import LinkOpened
from pond.channels.model_links import Link, Opener
from pond.groups.events import SeatTaken
from pond.kernel.tables import iso
from pond.orders.events import OrderPaid
from support.castings import Casting

DAY = timedelta(days=1)


def test_opened_then_joined_and_bought_once_each(casting: Casting) -> None:
    ana = casting.owner(1)
    (chat_id,) = casting.chats[ana]
    person = casting.member(chat_id)
    member_id = person["member_id"]
    broadcast_id = casting.scheduled()
    casting.run(broadcast_id)
    (version,) = figures.of(broadcast_id).versions
    link = Link(
        target="https://pond.example/p",
        programme_id=casting.programme_id,
        broadcast_id=broadcast_id,
        content_version=version,
    )
    link_id = links.make(link, casting.now)
    code = links.url(link_id).rpartition("/")[2]
    links.follow(code, Opener(person_id=member_id, follower_id="f"), casting.now)
    opened = LinkOpened(
        link_id=link_id, place="~", person_id=member_id, follower_id="f", opened_at=iso(casting.now), first=True
    )
    joined = SeatTaken(member_id=member_id, programme_id=casting.programme_id, pool_id="pool", chat_id=chat_id)
    paid = OrderPaid(tid="E1", member_id=member_id, programme_id=casting.programme_id)
    nobody = OrderPaid(tid="E2", member_id=None, programme_id=casting.programme_id)
    for _ in range(2):
        for event in (opened, joined, paid, nobody):
            hearing.hear({"detail-type": event.name, "detail": event.detail()}, casting.now + DAY)
    found = figures.of(broadcast_id)
    for one in (found.total, found.versions[version], found.groups[chat_id]):
        assert (one.opened, one.joined, one.bought) == (1, 1, 1)
    late = casting.now + responses.WINDOW + DAY
    assert responses.bought("E3", member_id, casting.programme_id, late) == 0
