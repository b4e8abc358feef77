"""What the official account remembers: tokens, parametric codes, OAuth codes; and what a follower's actions cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.messages import xml
from sandbox.people import Account, Grant
from sandbox.tokens import StableTokens, Tokens

if TYPE_CHECKING:
    from sandbox.callbacks import Reply
    from sandbox.state import World

SAID = (5, 48 * 3600)  # custom messages and seconds after a person's message
ACTED = (3, 60)  # after a follow, a scan, a tap on the menu
REPLY_BYTES = 2048
OUT_OF_SERVICE = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(frozen=True)
class Code:
    """A parametric QR code; `until` is None for a permanent one."""

    ticket: str
    url: str
    scene: str
    until: float | None


@dataclass
class OAuthCode:
    """What the OAuth page handed to a browser."""

    account_id: str
    scope: str
    until: float
    used: bool = False


class Official:
    """The official account of this world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tokens = Tokens(world.clock, world.ids)
        self.stable = StableTokens(world.clock, world.ids)
        self.codes: dict[str, Code] = {}
        self.oauth_codes: dict[str, OAuthCode] = {}
        self.user_tokens: dict[str, OAuthCode] = {}
        self.templates_sent: dict[tuple[str, str], tuple[float, int]] = {}

    def make_code(self, scene: str, seconds: int | None) -> Code:
        """A new ticket each time: the real API has no idempotency."""
        ids = self._world.ids
        until = None if seconds is None else self._world.clock.now() + seconds
        code = Code(f"gQ{ids.token('ticket', 90)}==", f"http://weixin.qq.com/q/{ids.token('ticket', 24)}", scene, until)
        self.codes[code.ticket] = code
        self._world.stream.tell("codes")
        return code

    def live_codes(self) -> list[Code]:
        """The newest code of each scene that hasn't expired, in the order in which the scenes came up."""
        now = self._world.clock.now()
        live = (code for code in self.codes.values() if code.until is None or now < code.until)
        return list({code.scene: code for code in live}.values())

    def find_code(self, text: str) -> Code | None:
        """The code with this ticket or this text."""
        return self.codes.get(text) or next((code for code in self.codes.values() if code.url == text), None)

    def follow(self, account: Account, code: Code | None, scene: str = "") -> str:
        """Follow the account, by search or through a code; a follower who scans causes SCAN instead."""
        scene = code.scene if code else scene
        ticket = code.ticket if code else "DEMOticket"
        if account.following:
            if scene:
                self._event(account, "SCAN", {"EventKey": scene, "Ticket": ticket}, ACTED)
                return "scanned"
            return "already"
        account.following = True
        account.followed_at = self._world.clock.seconds()
        account.scene = scene
        self._world.chat(account, "system", "event", f"已关注 {self._world.config['official_account']['name']}")
        self._event(account, "subscribe", {"EventKey": f"qrscene_{scene}", "Ticket": ticket} if scene else {}, ACTED)
        self._world.stream.tell("account", account_id=account.account_id)
        return "followed"

    def unfollow(self, account: Account) -> str:
        """Stop following: no message reaches the account any more."""
        if not account.following:
            return "not_following"
        account.following = False
        account.grants.clear()
        self._event(account, "unsubscribe", {"EventKey": ""}, None)
        self._world.stream.tell("account", account_id=account.account_id)
        return "unfollowed"

    def say(self, account: Account, text: str) -> dict[str, Any]:
        """A text message to the account."""
        message = self._world.chat(account, "user", "text", text)
        self._grant(account, "said", SAID)
        msg_id = self._world.ids.random("message").randrange(10**16, 10**17)
        self._push(account, "text", text, {"MsgType": "text", "Content": text, "MsgId": msg_id}, blame=True)
        return message

    def menu(self, account: Account, key: str | None, url: str | None) -> str:
        """Tap a button of the menu: a click earns messages, a link doesn't."""
        if url is not None:
            self._event(account, "VIEW", {"EventKey": url}, None)
            return "opened"
        self._event(account, "CLICK", {"EventKey": key or ""}, ACTED)
        return "clicked"

    def template_done(self, account: Account, msg_id: int) -> None:
        """The outcome of a template message."""
        status = "failed:user block" if account.refuses else "success"
        self._event(account, "TEMPLATESENDJOBFINISH", {"MsgID": msg_id, "Status": status}, None)

    def _grant(self, account: Account, kind: str, allowance: tuple[int, int]) -> None:
        account.grants[kind] = Grant(allowance[0], self._world.clock.now() + allowance[1])

    def _event(
        self, account: Account, event: str, fields: dict[str, str | int], allowance: tuple[int, int] | None
    ) -> None:
        if allowance:
            self._grant(account, event, allowance)
        summary = " ".join([event, *(str(value) for key, value in fields.items() if key != "Ticket")]).strip()
        self._push(account, event, summary, {"MsgType": "event", "Event": event, **fields}, blame=False)

    def _push(
        self, account: Account, event: str, summary: str, fields: dict[str, str | int | list[str]], *, blame: bool
    ) -> None:
        settings = self._world.config["official_account"]
        body = xml(
            {
                "ToUserName": settings["original_id"],
                "FromUserName": account.openid,
                "CreateTime": self._world.clock.seconds(),
                **fields,
            }
        )

        def heard(reply: Reply, problem: str | None) -> None:
            self._hear(account, reply, problem, blame=blame)

        self._world.courier.send(
            "official_account", event, f"{account.nickname}: {summary}", body, openid=account.openid, heard=heard
        )

    def _hear(self, account: Account, reply: Reply, problem: str | None, *, blame: bool) -> None:
        settings = self._world.config["official_account"]
        if reply is not None:
            if (reply.get("ToUserName"), reply.get("FromUserName")) != (account.openid, settings["original_id"]):
                problem = "reply is addressed wrongly"
            elif reply.get("MsgType") != "text" or not 0 < len(reply.get("Content", "").encode()) <= REPLY_BYTES:
                problem = "reply has no text, or too much"
            else:
                self._world.chat(account, "account", "text", reply["Content"], via="passive")
        if problem and (blame or reply is not None):
            self._world.chat(account, "system", "notice", OUT_OF_SERVICE)
