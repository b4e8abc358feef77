"""One sandbox's whole state, in memory: `World` holds the parts, and `reset` begins again with the same settings."""

from collections import deque
from typing import Any

import httpx

from sandbox.callbacks import Courier
from sandbox.clock import Clock
from sandbox.dialling import Dialler
from sandbox.faults import Code, Faults
from sandbox.media import Media
from sandbox.official_state import Official
from sandbox.people import Account, Ids, People
from sandbox.quotas import Quotas
from sandbox.sms_receipts import Receipts
from sandbox.stream import Stream
from sandbox.switches import Switches
from sandbox.wecom_masses import Masses
from sandbox.wecom_state import WeCom
from sandbox.youzan_shop import Shop

CALLS_KEPT = 1000


class World:
    """Everything that the partners know. Handlers change it without awaiting in between, so nothing tears."""

    def __init__(self, config: dict[str, Any], *, client: httpx.AsyncClient, seed: int | None = None) -> None:
        self.config = config
        self.client = client
        self.clock = Clock()
        self.stream = Stream()
        self.courier = Courier(self)
        self.showcase: list[dict[str, str]] = []  # stays when the rest is reset, like the configuration
        self.reset(seed)

    def reset(self, seed: int | None) -> None:
        """Forget people, chats, groups, codes, messages, switches, faults, tokens and the moved clock."""
        self.ids = Ids(seed)
        self.clock.reset()
        self.switches = Switches()
        self.faults = Faults()
        self.people = People(self.ids)
        self.official = Official(self)
        self.wecom = WeCom(self)
        self.masses = Masses(self)
        self.media = Media(self)
        self.quotas = Quotas()
        self.shop = Shop(self)
        self.sms: list[dict[str, Any]] = []
        self.receipts = Receipts(self)
        self.dialler = Dialler(self)
        self.calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)
        self.nonces: set[str] = set()
        self.courier.forget()
        self.stream.tell("reset")

    @property
    def origin(self) -> str:
        """Where browsers reach the sandbox."""
        return str(self.config["public_origin"]).rstrip("/")

    def log_call(self, platform: str, endpoint: str, code: Code, seconds: float) -> None:
        """Remember a call of a partner's API."""
        entry = {"at": self.clock.now(), "platform": platform, "endpoint": endpoint, "errcode": code}
        self.calls.appendleft({**entry, "seconds": round(seconds, 3)})
        self.stream.tell("call")

    def chat(self, account: Account, sender: str, kind: str, text: str, **more: Any) -> dict[str, Any]:
        """Put one message into the account's chat; `more` is url, title, picture, choices, via."""
        message = {
            "message_id": self.ids.next("m"),
            "at": self.clock.now(),
            "from": sender,
            "kind": kind,
            "text": text,
            "url": None,
            "title": None,
            "picture": None,
            "choices": None,
            "via": None,
            **more,
        }
        account.chat.append(message)
        self.stream.tell("chat", account_id=account.account_id)
        return message

    def unionid(self, account: Account, platform: str) -> str | None:
        """The account's unionid, if this platform is told it."""
        return account.unionid if account.bound and self.switches[f"{platform}.bound"] else None
