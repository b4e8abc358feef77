"""Groups, codes and contacts as WeCom keeps them; each group remembers how it was, for readers that see it late."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

Member = dict[str, Any]


@dataclass
class Group:
    """A customer group. `past` holds what groupchat/get showed after each change: (time, members, name, owner, …)."""

    chat_id: str
    name: str
    owner: str
    capacity: int
    qr_limit: int
    create_time: int
    notice: str = ""
    status: str = "open"
    member_version: str = ""
    members: list[Member] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    past: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def member(self, userid: str) -> Member | None:
        """The member with this id."""
        return next((member for member in self.members if member["userid"] == userid), None)

    def remember(self, now: float) -> None:
        """Keep what readers will see of the group as it is now."""
        names = ("name", "owner", "notice", "member_version", "status")
        self.past.append((now, {name: getattr(self, name) for name in names} | {"members": list(self.members)}))

    def as_of(self, when: float) -> dict[str, Any]:
        """The newest state that is so old; the first one when none is."""
        seen = [state for at, state in self.past if at <= when]
        return seen[-1] if seen else self.past[0][1]


@dataclass
class JoinWay:
    """A group code: `settings` is what add or update said; the last one overwrites everything."""

    config_id: str
    code: str
    settings: dict[str, Any]

    @property
    def chat_ids(self) -> list[str]:
        ids: list[str] = self.settings["chat_id_list"]
        return ids


@dataclass
class ContactWay:
    """A staff member's code."""

    config_id: str
    code: str
    settings: dict[str, Any]


@dataclass
class Contact:
    """A customer of a staff member, or a request that waits for the staff member (`task_id`)."""

    userid: str
    account_id: str
    state: str
    created: int
    add_way: int = 1
    task_id: str = ""
    welcome: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Welcome:
    """A welcome code: 20 s, once."""

    contact: Contact
    until: float
    used: bool = False


def version(seed: str) -> str:
    """A member version as WeCom writes it: 32 hex digits."""
    return hashlib.sha256(seed.encode()).hexdigest()[:32]
