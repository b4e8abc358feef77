"""What is kept of a person, for that person: shown and corrected once their phone was proven by a code just now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pond.kernel.clock import china_day
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count
from pond.kernel.sealing import seal, unseal
from pond.members import store, store_merging, store_phones, verification
from pond.members.identities import who
from pond.members.model import (
    Blocked,
    CodeOutcome,
    CodeRefused,
    Registration,
    city_fault,
    name_fault,
    read_phone,
    read_text,
)
from pond.members.model_phones import Asker, is_just_proven
from pond.members.verification import Proven


@dataclass(frozen=True, kw_only=True)
class Mine:
    """What the room of members keeps of somebody. `day`: the due date or birthday they told last."""

    member_id: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    day: date | None = field(repr=False)
    registrations: tuple[Registration, ...] = field(repr=False)

    @property
    def masked_phone(self) -> str:
        """The phone as it may be shown: "138****0000"."""
        number = self.phone.removeprefix("+86")
        return f"{number[:3]}****{number[-4:]}"


def of(account_id: str) -> Mine | None:
    """What is kept of the person behind an account; None when they never proved a phone."""
    person = who(account_id)
    if not person.phone_id:
        return None
    kept = _personal(person.phone_id)
    if kept is None:
        return None
    return Mine(
        member_id=person.member_id,
        name=str(kept.get("name") or ""),
        phone=str(kept.get("phone") or ""),
        day=date.fromisoformat(kept["day"]) if kept.get("day") else None,
        registrations=tuple(store_merging.registrations_of(person.member_id)),
    )


def by_phone(typed: str) -> Mine | None:
    """What is kept of who proved a number, typed in any way."""
    number = read_phone(typed)
    member_id = store_phones.get(pseudonym("phone", number)).member_id if number else None
    return of(member_id) if member_id else None


def ask_code(mine: Mine, asker: Asker, now: datetime) -> CodeOutcome:
    """Send a code to the phone that is known."""
    return verification.request_code(mine.phone, asker, now)


def prove(account_id: str, code: str, now: datetime) -> Proven | CodeRefused | Blocked:
    """Use that code: for half an hour this account may see and change what is kept.

    Raises:
        Transient: others wrote at the same moment; do it again.
    """
    person = who(account_id)
    sealed = store_phones.sealed(person.phone_id) if person.phone_id else None
    if not person.phone_id or sealed is None:
        return CodeRefused("not_asked")
    return verification.prove(person.phone_id, code.strip(), account_id, sealed, now)


def is_proven(account_id: str, now: datetime) -> bool:
    """Whether this account proved the phone in the last half hour."""
    person = who(account_id)
    return bool(person.phone_id) and is_just_proven(store_phones.get(person.phone_id or ""), account_id, now)


def correct(mine: Mine, account_id: str, name: str, city: str, now: datetime) -> Mapping[str, str]:
    """Keep another name and city; the faults of what was given by field, and nothing kept, if there are any."""
    faults = {"name": name_fault(name), "city": city_fault(city)}
    found = {field: fault for field, fault in faults.items() if fault}
    if found:
        return found
    person = who(account_id)
    assert person.phone_id  # `mine` was read by it
    personal = (_personal(person.phone_id) or {}) | {"name": read_text(name)}
    sealed = seal(json.dumps(personal, ensure_ascii=False).encode(), f"phones/{person.phone_id}")
    if not store_phones.reseal(person.phone_id, account_id, sealed):
        return {"name": "code.expired"}
    for registration in mine.registrations:
        if registration.standing != "merged":
            store.set_city(registration.member_id, registration.programme_id, read_text(city))
    count("DataCorrected")
    return {}


def as_document(mine: Mine, now: datetime) -> dict[str, Any]:
    """All of it in words a person can read and another system can take: keys in Chinese, days in China."""
    return {
        "姓名": mine.name,
        "手机号": mine.phone,
        "预产期或宝宝生日": mine.day.isoformat() if mine.day else None,
        "导出日期": china_day(now).isoformat(),
        "登记": [
            {
                "活动": one.programme_id,
                "阶段": one.stage_id,
                "城市": one.city,
                "回答": dict(one.answers),
                "登记时间": one.registered_at.isoformat(),
                "同意书版本": one.consent_version,
                "同意时间": one.consented_at.isoformat(),
                "来源渠道": one.channel_id,
                "状态": one.standing,
            }
            for one in mine.registrations
        ],
    }


def _personal(phone_id: str) -> dict[str, Any] | None:
    sealed = store_phones.sealed(phone_id)
    return json.loads(unseal(sealed, f"phones/{phone_id}")) if sealed else None
