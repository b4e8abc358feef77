"""A model of WeCom's groups inside the test: the truth, versions, and the events it would send."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pond.platforms.wecom import CUSTOMER, GroupDetail, GroupMember


@dataclass
class Corp:
    """One group; `answer` is what `groupchat/get` shows of it, `lag` states old."""

    chat_id: str
    join_state: str
    seed: int
    lag: int = 0
    members: dict[str, GroupMember] = field(default_factory=dict)
    version: int = 0
    past: list[GroupDetail] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._remember()

    def join(self, userid: str, unionid: str, now: datetime, by_code: bool) -> dict[str, Any]:
        """They come in; the event about it."""
        state = self.join_state if by_code else None
        self.members[userid] = GroupMember(userid, CUSTOMER, unionid, now, 3 if by_code else 1, state)
        return self._event("add_member", [userid], now)

    def leave(self, userid: str, removed: bool, now: datetime) -> dict[str, Any]:
        """They leave or are removed; the event about it."""
        del self.members[userid]
        return self._event("del_member", [userid], now, QuitScene=str(int(removed)))

    def answer(self, chat_id: str) -> GroupDetail:
        """What WeCom answers about the group, maybe not the newest."""
        assert chat_id == self.chat_id
        self.asked += 1
        return self.past[-1 - min(self.lag, len(self.past) - 1)]

    def _remember(self) -> None:
        members = tuple(self.members.values())
        self.past.append(GroupDetail(self.chat_id, "群", "staff", members, f"v{self.version}"))

    def _event(self, detail: str, userids: list[str], now: datetime, **more: str) -> dict[str, Any]:
        before = self.version
        self.version += 1
        self._remember()
        listed: Any = self._random.choice([userids, ",".join(userids)])
        return {
            "ChatId": self.chat_id,
            "ChangeType": "update",
            "UpdateDetail": detail,
            "MemChangeCnt": str(len(userids)),
            "MemChangeList": listed,
            "LastMemVer": f"v{before}",
            "CurMemVer": f"v{self.version}",
            "CreateTime": str(int(now.timestamp())),
            **more,
        }
