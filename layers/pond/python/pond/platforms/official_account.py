"""The official account's API: QR codes, messages to followers, who a follower is, web OAuth.

What always holds: a custom message is never sent again by itself (its allowance is small and it has no key); a template
message carries `client_msg_id`, under which WeChat delivers once within ten minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pond.kernel.settings import secret, settings
from pond.platforms import http
from pond.platforms.calls import Api
from pond.platforms.errors import OFFICIAL_ACCOUNT
from pond.platforms.tokens import Fetched


@dataclass(frozen=True)
class Qr:
    """A parametric code: its ticket (see `qr_image_url`), what the image says (`url`), how many seconds it lives."""

    ticket: str
    url: str
    seconds: int


@dataclass(frozen=True)
class OAuthUser:
    """Who pressed a link. `snapshot`: WeChat's stand-in account, whose ids are virtual; never bind it."""

    openid: str
    unionid: str | None
    snapshot: bool


def create_qr(scene: str, seconds: int) -> Qr:
    """A temporary code (at most 30 days) for a scene of 1 to 64 characters. Each call makes another ticket."""
    answer = api.call(
        "/cgi-bin/qrcode/create",
        body={
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        },
    )
    return Qr(answer["ticket"], answer["url"], int(answer["expire_seconds"]))


def qr_image_url(ticket: str) -> str:
    """Where anyone gets the code's JPG. The public API's host has a sister for it; elsewhere one address has both."""
    base = settings().official_account_url.replace("//api.weixin.qq.com", "//mp.weixin.qq.com")
    return f"{base}/cgi-bin/showqrcode?{http.encode_query({'ticket': ticket})}"


def send_text(openid: str, text: str) -> None:
    """Send a custom message, within a follower's window and allowance.

    Raises:
        PartnerRefused: with meaning OUTSIDE_WINDOW when another way is needed, UNREACHABLE when there is none.
        OutcomeUnknown: no answer came; it may have been shown.
    """
    body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
    api.call("/cgi-bin/message/custom/send", body=body, idempotent=False)


def send_template(openid: str, template_id: str, data: Mapping[str, str], url: str, client_msg_id: str) -> str:
    """Send a template message, answer its `msgid`. `client_msg_id` (at most 32 characters) makes repeating harmless."""
    answer = api.call(
        "/cgi-bin/message/template/send",
        body={
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "client_msg_id": client_msg_id,
            "data": {name: {"value": value} for name, value in data.items()},
        },
    )
    return str(answer["msgid"])


def user_info(openid: str) -> dict[str, Any]:
    """What WeChat tells about a follower: `subscribe` (0: nothing else follows), `unionid`, `qr_scene_str` …"""
    return api.call("/cgi-bin/user/info", query={"openid": openid, "lang": "zh_CN"})


def oauth_url(redirect_uri: str, state: str) -> str:
    """Where to send a browser inside WeChat so that it returns with a code. `state`: at most 128 letters, digits."""
    query = {
        "appid": secret("official-account")["app_id"],
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "snsapi_userinfo",  # the only scope that gives the unionid
        "state": state,
    }  # WeChat wants this order
    return f"{settings().oauth_url}/connect/oauth2/authorize?{http.encode_query(query)}#wechat_redirect"


def exchange_code(code: str) -> OAuthUser:
    """Who the login code (single use, five minutes) stands for.

    Raises:
        PartnerRefused: with meaning OAUTH_CODE when the login must start again.
    """
    account = secret("official-account")
    answer = api.ask(
        "/sns/oauth2/access_token",
        query={
            "appid": account["app_id"],
            "secret": account["app_secret"],
            "code": code,
            "grant_type": "authorization_code",
        },
    )
    return OAuthUser(answer["openid"], answer.get("unionid") or None, answer.get("is_snapshotuser") == 1)


def _fetch() -> Fetched:
    # The stable kind: repeating gives the same token, and nobody else's fetch ends ours.
    account = secret("official-account")
    answer = api.ask(
        "/cgi-bin/stable_token",
        body={"grant_type": "client_credential", "appid": account["app_id"], "secret": account["app_secret"]},
    )
    return Fetched(answer["access_token"], int(answer["expires_in"]))


api = Api(
    partner="official_account",
    meanings=OFFICIAL_ACCOUNT,
    base_url=lambda: settings().official_account_url,
    family=lambda: f"official_account/{secret('official-account')['app_id']}",
    fetch=_fetch,
)
