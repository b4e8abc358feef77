"""Web OAuth: the page at `/open/connect/oauth2/authorize`, and the calls that turn its code into who came.

There is no WeChat here, so the page acts as the account named by `?sandbox_account=` or the cookie of that name.
"""

from __future__ import annotations

import hashlib
import html
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.faults import Answer
from sandbox.official_state import OAuthCode
from sandbox.partner import refusal

if TYPE_CHECKING:
    from sandbox.people import Account
    from sandbox.state import World

COOKIE = "sandbox_account"
CODE_SECONDS = 300
TOKEN_SECONDS = 7200
STATE = re.compile(r"[a-zA-Z0-9]{0,128}")
SCOPES = ("snsapi_base", "snsapi_userinfo")
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:17px/1.6 sans-serif;margin:3rem 1.5rem;text-align:center;color:#191919}}
button{{font:inherit;width:12em;padding:.6em;border:0;border-radius:8px;background:#07c160;color:#fff}}
small{{color:#888}}</style>{body}</html>"""


def routes(world: World) -> list[BaseRoute]:
    """The page, shown and answered."""

    async def authorize(request: Request) -> Response:
        return _authorize(world, request)

    return [Route("/open/connect/oauth2/authorize", authorize, methods=["GET", "POST"])]


def _page(title: str, body: str, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return HTMLResponse(PAGE.format(title=html.escape(title), body=body), status_code=status, headers=headers)


def _problem(code: int, words: str) -> Response:
    return _page("出错了", f"<h1>出错了</h1><p>{html.escape(words)}</p><small>错误码：{code}</small>")


def _authorize(world: World, request: Request) -> Response:
    query, settings = request.query_params, world.config["official_account"]
    account = world.people.accounts.get(query.get(COOKIE) or request.cookies.get(COOKIE, ""))
    target, scope, state = query.get("redirect_uri", ""), query.get("scope", ""), query.get("state", "")
    if account is None:
        return _page("请在微信客户端打开链接", "<p>请在微信客户端打开链接</p>")
    if query.get("appid") != settings["app_id"]:
        return _problem(10012, "AppID 参数错误")
    if urlsplit(target).hostname != settings["oauth_domain"]:
        return _problem(10003, "redirect_uri 域名与后台配置不一致")
    if query.get("response_type") != "code" or scope not in SCOPES:
        return _problem(10005, "Scope 参数错误或没有 Scope 权限")
    if not STATE.fullmatch(state):
        return _problem(10016, "state 参数错误：只能是 128 个以内的字母和数字")
    if request.method == "POST":
        account.granted = True
        world.stream.tell("account", account_id=account.account_id)
    elif scope == "snsapi_userinfo" and not account.granted:
        return _allow_page(settings["name"], account)
    code = world.ids.token("oauth code", 32)
    world.official.oauth_codes[code] = OAuthCode(account.account_id, scope, world.clock.now() + CODE_SECONDS)
    parts = urlsplit(target)
    asked = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code), ("state", state)]
    return RedirectResponse(parts._replace(query=urlencode(asked)).geturl(), status_code=302)


def _allow_page(name: str, account: Account) -> Response:
    return _page(
        "微信授权",
        f"<h1>{html.escape(name)}</h1><p>申请获取你（{html.escape(account.nickname)}）的昵称、头像</p>"
        '<form method="post"><button type="submit" id="allow">允许</button></form>',
    )


def _virtual(account: Account, kind: str) -> str:
    digest = hashlib.sha256(f"{kind}{account.openid}".encode()).hexdigest()
    return f"{kind}SNAP{digest[:23]}"


def _identity(world: World, account: Account) -> tuple[str, str | None]:
    """openid and unionid as this account shows them: virtual ones in snapshot mode."""
    if account.snapshot:
        return _virtual(account, "o"), _virtual(account, "u")
    return account.openid, world.unionid(account, "official_account")


def access_token(world: World, query: dict[str, str]) -> Answer:
    """`/sns/oauth2/access_token`: the code, once, within five minutes."""
    settings = world.config["official_account"]
    if query.get("appid") != settings["app_id"]:
        return refusal(40013)
    if query.get("secret") != settings["app_secret"]:
        return refusal(40125)
    if not query.get("code"):
        return refusal(41008)
    code = world.official.oauth_codes.get(query["code"])
    if code is None or query.get("grant_type") != "authorization_code":
        return refusal(40029)
    if code.used:
        return refusal(40163)
    if world.clock.now() >= code.until:
        return refusal(42003)
    code.used = True
    account = world.people.accounts[code.account_id]
    token = world.ids.token("oauth token", 110)
    world.official.user_tokens[token] = OAuthCode(code.account_id, code.scope, world.clock.now() + TOKEN_SECONDS)
    openid, unionid = _identity(world, account)
    return Answer(
        {
            "access_token": token,
            "expires_in": TOKEN_SECONDS,
            "refresh_token": world.ids.token("oauth token", 110),
            "openid": openid,
            "scope": code.scope,
            **({"unionid": unionid} if unionid and code.scope == "snsapi_userinfo" else {}),
            **({"is_snapshotuser": 1} if account.snapshot else {}),
        }
    )


def userinfo(world: World, query: dict[str, str]) -> Answer:
    """`/sns/userinfo`: nickname and unionid; region and sex have been empty since 2021."""
    token = world.official.user_tokens.get(query.get("access_token", ""))
    if token is None:
        return refusal(40001)
    if world.clock.now() >= token.until:
        return refusal(42001)
    account = world.people.accounts[token.account_id]
    openid, unionid = _identity(world, account)
    if query.get("openid") != openid:
        return refusal(40003)
    if token.scope != "snsapi_userinfo":
        return refusal(48001, "api unauthorized")
    return Answer(
        {
            "openid": openid,
            "nickname": account.nickname,
            "sex": 0,
            "province": "",
            "city": "",
            "country": "",
            "headimgurl": "",
            "privilege": [],
            **({"unionid": unionid} if unionid else {}),
        }
    )
