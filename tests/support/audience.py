"""People and groups of a programme with everything that an audience may ask for, and what each document should find.

The oracle reads the document itself, over what the test made up: it shares no code with what it judges.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from pond.channels import codes, followers
from pond.groups import store
from pond.groups.model import Group
from pond.groups.store import GroupRow, SeatRow
from pond.members.model import Registration
from pond.members.store import add_registration
from support.arriving import came

STAGES, KINDS = ("planning", "pregnancy", "parenting"), ("a", "b")
SEATS = ("none", "held", "taken", "left")
MONTHS = ("2026-11", "2026-10", "2026-04", "2025-11", "2023-01")
HOUR = timedelta(hours=1)


@dataclass
class Made:
    """Somebody, as the test made them up; `facts` by the names that documents use."""

    recipient_id: str
    facts: dict[str, Any]


@dataclass
class Village:
    """A programme's people and groups; every one of them different in some way."""

    programme_id: str
    now: datetime
    unique: Callable[[str], str]
    members: list[Made] = field(default_factory=list)
    groups: list[Made] = field(default_factory=list)

    def channel(self, tags: tuple[str, ...]) -> str:
        channel_id = self.unique("ch")
        codes.create_channel(channel_id, "海报", "poster", tags, self.programme_id, self.now)
        return channel_id

    def member(self, number: int, channel_id: str | None, tags: tuple[str, ...], standing: str = "accepted") -> Made:
        """Somebody whose attributes follow from `number`."""
        member_id, openid = self.unique("member"), self.unique("openid")
        stage, kind, seat = STAGES[number % 3], (None, *KINDS)[number % 3], SEATS[number // 3 % 4]
        born_in = MONTHS[number % 5] if stage == "parenting" else None
        due_in = f"2027-0{number % 6 + 1}" if stage == "pregnancy" else None
        days = number % 7
        follower_id = followers.follow(openid, None, self.now - timedelta(days=days, hours=1))
        own = {tag for tag, every in (("paid", 4), ("video", 6)) if number % every == 0}
        for tag in own:
            followers.tag(follower_id, tag)
        add_registration(
            Registration(
                member_id=member_id,
                programme_id=self.programme_id,
                pool_id=f"{self.programme_id}~x",
                stage_id=stage,
                city="杭州",
                consent_version="1",
                consented_at=self.now,
                registered_at=self.now,
                follower_id=follower_id,
                channel_id=channel_id,
                born_in=born_in,
                due_in=due_in,
                kind=kind,
                standing=standing,  # type: ignore[arg-type]
            )
        )
        taken_at = self.now - number * 5 * HOUR if seat in ("taken", "left") else None
        chat_id = f"{self.programme_id}-chat-{number % 4}" if seat != "none" else None
        if chat_id:
            if taken_at:
                came(member_id, self.programme_id, chat_id, taken_at)
            row = SeatRow(member_id, self.programme_id)
            row.update([SeatRow.state.set(seat), SeatRow.chat_id.set(chat_id)])
        today = (2026, 11)
        made = Made(
            member_id,
            {
                "stage": stage,
                "kind": kind,
                "channel": channel_id,
                "tag": set(tags) | own,
                "seat": seat,
                "group": chat_id,
                "months": _months(born_in, today),
                "due_months": None if due_in is None else -(_months(due_in, today) or 0),
                "idle_days": days,
                "bought": "paid" in own,
                "seat_taken": taken_at,
            },
        )
        if standing == "accepted":
            self.members.append(made)
        return made

    def group(self, number: int, segment: str, stage: str, live_seats: int = 1) -> Made:
        chat_id = f"{self.programme_id}-chat-{number}"
        store.add_group(
            Group(
                chat_id=chat_id,
                programme_id=self.programme_id,
                pool_id=f"{self.programme_id}~{segment}",
                name=f"群 {number}",
                state=("open", "paused")[number % 2],
                capacity=10,
                live_seats=live_seats,
                fill_order=number,
                join_state="x",
                code_url="https://codes.example/1",
                owner="staff",
            )
        )
        filled_at = self.now - number * 20 * HOUR if number % 3 == 0 else None
        if filled_at:
            GroupRow(chat_id).update([GroupRow.filled_at.set(filled_at)])
        ages = {"newborn": (0, 7), "baby": (7, 37)}.get(segment, (0, 10_000))
        made = Made(
            chat_id,
            {
                "stage": stage,
                "segment": segment,
                "state": ("open", "paused")[number % 2],
                "group": chat_id,
                "ages": set(range(*ages)),
                "group_filled": filled_at,
            },
        )
        if live_seats:
            self.groups.append(made)
        return made

    def documents(self, kind: str) -> st.SearchStrategy[dict[str, Any]]:
        """Conditions over what these people and groups are."""
        words = {"stage": STAGES, "group": [f"{self.programme_id}-chat-{n}" for n in range(4)]}
        if kind == "member":
            channels = sorted({one.facts["channel"] for one in self.members if one.facts["channel"]})
            words |= {"kind": KINDS, "seat": SEATS, "channel": channels, "tag": ("poster", "video", "none")}
            ranges: tuple[str, ...] = ("months", "due_months", "idle_days")
            events: tuple[str, ...] = ("seat_taken",)
            more = [st.fixed_dictionaries({"bought": st.booleans()})]
        else:
            words |= {"segment": ("planning", "newborn", "baby"), "state": ("open", "paused")}
            ranges, events, more = ("months",), ("group_filled",), []
        leaf = st.one_of(
            *(st.fixed_dictionaries({name: _some(values)}) for name, values in words.items()),
            *(st.fixed_dictionaries({name: _bounds()}) for name in ranges),
            *(st.fixed_dictionaries({name: _stretch(self.now)}) for name in events),
            st.fixed_dictionaries({"share": _share()}),
            *more,
        )
        return st.recursive(leaf, _joined, max_leaves=6)


def oracle(document: dict[str, Any] | None, one: Made) -> bool:
    """Whether a document means somebody."""
    if document is None:
        return True
    [(name, value)] = document.items()
    match name:
        case "all":
            return all(oracle(part, one) for part in value)
        case "any":
            return any(oracle(part, one) for part in value)
        case "not":
            return not oracle(value, one)
        case "bought":
            return bool(bool(one.facts["bought"]) == value)
        case "share":
            digest = hashlib.sha256(f"{value['salt']}/{one.recipient_id}".encode()).hexdigest()
            return bool(value["from"] <= int(digest[:16], 16) % 10000 < value["to"])
        case "seat_taken" | "group_filled":
            at = one.facts[name]
            since, until = (datetime.fromisoformat(value[end]) for end in ("since", "until"))
            return at is not None and since <= at < until
    if name == "months" and "ages" in one.facts:
        return bool(one.facts["ages"] & set(range(value.get("from", 0), value.get("to", 10_000))))
    if isinstance(value, dict):
        known = one.facts[name]
        return known is not None and value.get("from", 0) <= known < value.get("to", 10_000)
    return bool(set(value) & one.facts["tag"]) if name == "tag" else one.facts[name] in value


def _months(month: str | None, today: tuple[int, int]) -> int | None:
    if month is None:
        return None
    return (today[0] - int(month[:4])) * 12 + today[1] - int(month[5:])


def _some(values: Any) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(list(values)), min_size=1, max_size=3, unique=True)


def _bounds() -> st.SearchStrategy[dict[str, int]]:
    both = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda ends: {"from": ends[0], "to": sum(ends)})
    return st.one_of(both, st.integers(0, 40).map(lambda n: {"from": n}), st.integers(1, 40).map(lambda n: {"to": n}))


def _stretch(now: datetime) -> st.SearchStrategy[dict[str, str]]:
    def written(ends: tuple[int, int]) -> dict[str, str]:
        until = now - ends[0] * HOUR
        return {"since": (until - ends[1] * HOUR).isoformat(), "until": until.isoformat()}

    return st.tuples(st.integers(-2, 90), st.integers(1, 60)).map(written)


def _share() -> st.SearchStrategy[dict[str, Any]]:
    ends = st.tuples(st.integers(0, 10000), st.integers(0, 10000)).map(sorted)
    return st.tuples(st.sampled_from(["s1", "s2"]), ends).map(
        lambda drawn: {"salt": drawn[0], "from": drawn[1][0], "to": drawn[1][1]}
    )


def _joined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        st.fixed_dictionaries({"all": several}),
        st.fixed_dictionaries({"any": several}),
        st.fixed_dictionaries({"not": parts}),
    )
