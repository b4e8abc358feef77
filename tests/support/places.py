"""A pool with groups, and people who want a seat in it."""

from dataclasses import dataclass

from pond.groups import store
from pond.groups.model import Group, Request


@dataclass(frozen=True)
class Place:
    """A programme of this test alone, with one pool that has groups."""

    programme_id: str
    pool_id: str
    chat_ids: tuple[str, ...]

    def request(self, member_id: str) -> Request:
        return Request(member_id=member_id, programme_id=self.programme_id, pool_id=self.pool_id)

    def requests(self, count: int, prefix: str = "m") -> list[Request]:
        return [self.request(f"{prefix}{number}") for number in range(count)]

    def live(self) -> dict[str, int]:
        return {group.chat_id: group.live_seats for group in store.groups_of(self.pool_id)}


def add_group(programme_id: str, pool: str, chat_id: str, capacity: int, order: int) -> None:
    store.add_group(
        Group(
            chat_id=chat_id,
            programme_id=programme_id,
            pool_id=pool,
            name=f"群 {order}",
            state="open",
            capacity=capacity,
            live_seats=0,
            fill_order=order,
            join_state=chat_id[:20],
            code_url=f"https://codes.example/{chat_id}.png",
            owner="staff",
        )
    )
