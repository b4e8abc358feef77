"""Members whose rows are as registration, groups and the account write them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pond.channels import followers
from pond.groups import store_rosters
from pond.groups.store import SeatRow
from pond.kernel.ids import pseudonym
from pond.kernel.sealing import seal
from pond.members.model import Registration
from pond.members.store import add_registration
from pond.members.store_accounts import AccountRow
from pond.members.store_phones import PhoneRow


@dataclass(frozen=True)
class Crowd:
    """Makes the members of a programme of its own."""

    programme_id: str
    now: datetime
    unique: Callable[[str], str]

    def member(self, *, blocked: bool = False, follows: bool = True, seated: bool = False) -> str:
        """Somebody who registered; their member_id."""
        openid = self.unique("openid")
        member_id = pseudonym("unionid", openid)
        self.phone(member_id, blocked=blocked)
        follower_id = followers.follow(openid, None, self.now)
        followers.link(follower_id, member_id, member_id)
        if not follows:
            followers.unfollow(openid, self.now + timedelta(seconds=1))
        add_registration(
            Registration(
                member_id=member_id,
                programme_id=self.programme_id,
                pool_id=f"{self.programme_id}~pregnancy",
                stage_id="pregnancy",
                city="杭州",
                consent_version="2026-11",
                consented_at=self.now,
                registered_at=self.now,
                follower_id=follower_id,
            )
        )
        if seated:
            SeatRow(member_id, self.programme_id, state="taken", chat_id="chat-1").save()
        return member_id

    def phone(self, member_id: str, *, blocked: bool = False) -> str:
        """They prove a phone, which is their present one; its number."""
        number = f"+86138{int(self.unique('n')[2:], 16) % 10**8:08}"
        phone_id = pseudonym("phone", number)
        personal = json.dumps({"name": "王小美", "phone": number, "day": None}, ensure_ascii=False).encode()
        PhoneRow(
            phone_id,
            member_id=member_id,
            proven_by=member_id,
            proven_at=self.now,
            sealed=seal(personal, f"phones/{phone_id}"),
            blocked_at=self.now if blocked else None,
        ).save()
        AccountRow(member_id, member_id=member_id, phone_id=phone_id).save()
        return number

    def second_account(self, member_id: str) -> str:
        """They follow with another WeChat account too; its openid."""
        openid = self.unique("openid")
        follower_id = followers.follow(openid, None, self.now)
        followers.link(follower_id, pseudonym("unionid", openid), member_id)
        return openid

    def astray(self, member_id: str) -> str:
        """They are in a group without a seat there; its chat_id."""
        chat_id = self.unique("chat")
        store_rosters.put(chat_id, self.unique("contact"), member_id, "stranger", self.now, "scan")
        return chat_id
