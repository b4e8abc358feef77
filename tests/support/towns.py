"""A programme with groups that the sandbox's staff made, and what people do there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pond.groups import membership, seats, store, store_rosters
from pond.groups.allocation import allocate
from pond.kernel.ids import pseudonym
from support.places import Place
from support.sandbox import Sandbox

NOW = datetime.now(UTC)  # the sandbox's clock is the real one


@dataclass(frozen=True)
class Town:
    """A programme with groups that the sandbox's staff made."""

    place: Place
    sandbox: Sandbox
    asked_before: int

    def person(self) -> dict[str, Any]:
        return dict(self.sandbox.do("POST", "/people", {})["accounts"][0])

    def member_id(self, person: dict[str, Any]) -> str:
        return pseudonym("unionid", person["unionid"])

    def seated(self) -> dict[str, Any]:
        """Somebody with a held seat."""
        person = self.person()
        self.seat(person)
        return person

    def seat(self, person: dict[str, Any]) -> None:
        """Have a seat held for them."""
        assert allocate([self.place.request(self.member_id(person))], NOW) == {}

    def scan(self, person: dict[str, Any], chat_id: str) -> str:
        group = store.get_group(chat_id)
        assert group and group.code_url
        found = self.sandbox.do("POST", f"/accounts/{person['account_id']}/scan", {"code": group.code_url})
        return str(found["outcome"])

    def hear(self, chat_id: str, **fields: Any) -> None:
        membership.hear(self.said(chat_id, **fields), datetime.now(UTC), datetime.now(UTC), pause=lambda seconds: None)

    def said(self, chat_id: str, **fields: Any) -> dict[str, Any]:
        """What WeCom says of a join, or of what `fields` say."""
        return {"ChatId": chat_id, "ChangeType": "update", "UpdateDetail": "add_member", **fields}

    def joins(self, person: dict[str, Any], chat_id: str) -> dict[str, Any]:
        """They scan the group's code; what WeCom says of it."""
        before = self.version(chat_id)
        assert self.scan(person, chat_id) == "joined"
        return self.said(chat_id, **self._changed(chat_id, person, before))

    def leaves(self, person: dict[str, Any], chat_id: str, removed: bool = False) -> dict[str, Any]:
        """They leave or are removed; what WeCom says of it."""
        before, contact = self.version(chat_id), person["external_userid"]
        if removed:
            self.sandbox.do("POST", f"/groups/{chat_id}/remove", {"member": contact})
        else:
            self.sandbox.do("POST", f"/accounts/{person['account_id']}/groups/{chat_id}/leave")
        fields = self._changed(chat_id, person, before)
        return self.said(chat_id, UpdateDetail="del_member", QuitScene=str(int(removed)), **fields)

    def version(self, chat_id: str) -> str:
        return str(self.sandbox.do("GET", f"/groups/{chat_id}")["member_version"])

    def _changed(self, chat_id: str, person: dict[str, Any], before: str) -> dict[str, Any]:
        versions = {"LastMemVer": before, "CurMemVer": self.version(chat_id)}
        said_at = str(int(datetime.now(UTC).timestamp()))
        return {"MemChangeCnt": "1", "MemChangeList": [person["external_userid"]], "CreateTime": said_at, **versions}

    def asked(self) -> int:
        """How often WeCom was asked who is in a group, since the town was made."""
        calls = self.sandbox.do("GET", "/calls?platform=wecom&limit=500")["calls"]
        answered = [call for call in calls if str(call["endpoint"]).endswith("groupchat/get") and not call["errcode"]]
        return len(answered) - self.asked_before

    def standings(self, chat_id: str) -> list[str]:
        return sorted(row.standing for row in store_rosters.roster(chat_id).values())

    def state(self, person: dict[str, Any]) -> str:
        return seats.my_seat(self.member_id(person), self.place.programme_id, NOW).state
