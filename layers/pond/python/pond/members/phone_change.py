"""A member's other phone: proven by a code, it takes the place of the one before.

One write proves the new number, moves the sealed data to it and lets the old number go, for whoever has it next.
Whatever broke off left either everything or nothing done; asking again says so.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count
from pond.kernel.sealing import seal, unseal
from pond.members import store_phones, verification
from pond.members.identities import who
from pond.members.model import Blocked, CodeRefused, Invalid, read_phone


@dataclass(frozen=True)
class Changed:
    """The phone is the member's present one, now or since earlier."""

    member_id: str


def change(phone: str, code: str, account_id: str, now: datetime) -> Changed | CodeRefused | Invalid | Blocked:
    """Make a phone (typed in any way) the present one of the account's member, by its code.

    A phone of another member's makes both one, as proving it always does.

    Raises:
        Refused: `phone.nobody`: the account's person never proved a phone.
        Transient: others wrote at the same moment; do it again.
    """
    number = read_phone(phone)
    if number is None:
        return Invalid({"phone": "phone.invalid"})
    person = who(account_id)
    if person.blocked:
        return Blocked()
    if not person.known:
        raise Refused("phone.nobody", "no phone to change")
    phone_id = pseudonym("phone", number)
    if person.phone_id == phone_id:
        return Changed(person.member_id)
    sealed = _moved(person.phone_id, phone_id, number)
    proof = verification.prove(phone_id, code.strip(), account_id, sealed, now, given_up=person.phone_id)
    if isinstance(proof, verification.Proven):
        count("PhoneChanged")
        return Changed(proof.member_id)
    if isinstance(proof, CodeRefused) and who(account_id).phone_id == phone_id:
        return Changed(person.member_id)  # by the same person's other tap
    return proof


def _moved(old_id: str | None, new_id: str, number: str) -> bytes:
    sealed = store_phones.sealed(old_id) if old_id else None
    personal = json.loads(unseal(sealed, f"phones/{old_id}")) if sealed else {"name": "", "day": None}
    return seal(json.dumps(personal | {"phone": number}, ensure_ascii=False).encode(), f"phones/{new_id}")
