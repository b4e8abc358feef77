"""The people with phones: each has a number, an SMS inbox and one or more WeChat accounts."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Ids:
    """Ids and randomness of one run. Each kind has a source of its own, so that with the same seed the third openid is
    the same however the calls and callbacks in between fell."""

    def __init__(self, seed: int | None) -> None:
        self._seed = Random().getrandbits(64) if seed is None else seed
        self._sources: dict[str, Random] = {}
        self._counts: Counter[str] = Counter()

    def random(self, kind: str) -> Random:
        """The randomness of this kind of thing."""
        return self._sources.setdefault(kind, Random(f"{self._seed}/{kind}"))

    def token(self, kind: str, length: int) -> str:
        """Letters and digits."""
        return "".join(self.random(kind).choices(LETTERS, k=length))

    def next(self, prefix: str) -> str:
        """A short id that counts up: p1, p2 …"""
        self._counts[prefix] += 1
        return f"{prefix}{self._counts[prefix]}"


@dataclass
class Grant:
    """So many custom messages may be sent until then (official account, 1.12)."""

    left: int
    until: float


@dataclass
class Account:
    """One WeChat account of a person."""

    account_id: str
    person_id: str
    nickname: str
    openid: str
    unionid: str
    external_userid: str
    following: bool = False
    granted: bool = False
    snapshot: bool = False
    bound: bool = True
    refuses: bool = False
    followed_at: int = 0
    scene: str = ""
    chat: list[dict[str, Any]] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)


@dataclass
class Person:
    """Who holds the phone."""

    person_id: str
    nickname: str
    phone: str
    account_ids: list[str] = field(default_factory=list)


class Taken(Exception):
    """An id or number that must be unique is somebody's already; names it."""


class People:
    """Everybody in this world, found by any of their ids."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.persons: dict[str, Person] = {}
        self.accounts: dict[str, Account] = {}

    def add_person(self, nickname: str = "", phone: str = "", **account: str) -> Person:
        """A person with one WeChat account.

        Raises:
            Taken: phone, openid, unionid or external_userid.
        """
        number = len(self.persons) + 1
        phone = phone or f"+8613800{number:06d}"
        if self.by_phone(phone):
            raise Taken("phone")
        self._check(account)
        person = Person(self._ids.next("p"), nickname or f"妈妈{number}", phone)
        self.persons[person.person_id] = person
        self.add_account(person, person.nickname, **account)
        return person

    def add_account(
        self, person: Person, nickname: str = "", openid: str = "", unionid: str = "", external_userid: str = ""
    ) -> Account:
        """One more WeChat account of the person.

        Raises:
            Taken: openid, unionid or external_userid.
        """
        self._check({"openid": openid, "unionid": unionid, "external_userid": external_userid})
        account = Account(
            account_id=self._ids.next("a"),
            person_id=person.person_id,
            nickname=nickname or f"{person.nickname}（{len(person.account_ids) + 1}）",
            openid=openid or "oDEMO" + self._ids.token("openid", 23),
            unionid=unionid or "uDEMO" + self._ids.token("unionid", 23),
            external_userid=external_userid or "wmDEMO" + self._ids.token("external_userid", 26),
        )
        person.account_ids.append(account.account_id)
        self.accounts[account.account_id] = account
        return account

    def _check(self, ids: dict[str, str]) -> None:
        for name, value in ids.items():
            if value and any(getattr(account, name) == value for account in self.accounts.values()):
                raise Taken(name)

    def by_phone(self, phone: str) -> Person | None:
        """Whose number this is; 86 and + may be missing."""
        digits = phone.lstrip("+").removeprefix("86")
        return next((p for p in self.persons.values() if p.phone.lstrip("+").removeprefix("86") == digits), None)

    def by_openid(self, openid: str) -> Account | None:
        """Whose account this is for the official account."""
        return next((a for a in self.accounts.values() if a.openid == openid), None)

    def by_external(self, external_userid: str) -> Account | None:
        """Whose account this is for WeCom."""
        return next((a for a in self.accounts.values() if a.external_userid == external_userid), None)
