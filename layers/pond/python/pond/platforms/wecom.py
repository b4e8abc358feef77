"""WeCom's API for customer groups and contacts: who is in a group, how one joins, the welcome.

What always holds: join ways point to one group with `auto_create_room` off, so that placement is ours. `add_join_way`
and `send_welcome` are never repeated by themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import batched
from typing import Any

from pond.kernel.clock import from_epoch
from pond.kernel.settings import secret, settings
from pond.platforms.calls import Api
from pond.platforms.errors import WECOM, PartnerRefused
from pond.platforms.tokens import Fetched

STAFF, CUSTOMER = 1, 2  # `GroupMember.type`
_OWNERS_MAX = 100  # owners in one owner_filter; without any, large corps get 81017
_PAGE = 1000
_REMARK_MAX = 30
_ALREADY, _EXPIRED = 41051, 41050


@dataclass(frozen=True)
class GroupMember:
    """One person in a group. `userid` is a staff id or external_userid, by `type`; `state` names the code they used."""

    userid: str
    type: int
    unionid: str | None
    join_time: datetime
    join_scene: int  # 1 direct invite, 2 invite link, 3 QR code
    state: str | None


@dataclass(frozen=True)
class GroupDetail:
    """A customer group as it is now (WeCom's events lag and get lost; this is what counts)."""

    chat_id: str
    name: str
    owner: str
    members: tuple[GroupMember, ...]
    member_version: str


@dataclass(frozen=True)
class JoinWay:
    """A group's code: the address of its image, the groups it leads to, its `state`."""

    qr_code: str
    chat_ids: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class Contact:
    """A customer some staff member has added; `state` names the contact way of the latest adding that had one."""

    external_userid: str
    unionid: str | None
    state: str | None


class WelcomeOutcome(StrEnum):
    """What became of a welcome: once per code, within 20 seconds."""

    SENT = "sent"
    ALREADY = "already"  # delivered before, or they already chat
    EXPIRED = "expired"


def group(chat_id: str) -> GroupDetail:
    """Who is in a customer group.

    Raises:
        PartnerRefused: with meaning NO_SUCH_GROUP when there is none that this app may see.
    """
    answer = api.call("/cgi-bin/externalcontact/groupchat/get", body={"chat_id": chat_id, "need_name": 0})
    detail = answer["group_chat"]
    return GroupDetail(
        chat_id=detail["chat_id"],
        name=detail.get("name", ""),
        owner=detail.get("owner", ""),
        members=tuple(_member(member) for member in detail.get("member_list", ())),
        member_version=detail.get("member_version", ""),
    )


def group_list(owners: Sequence[str]) -> Iterator[str]:
    """The chat_ids of all groups of these owners, page after page."""
    for some in batched(owners, _OWNERS_MAX, strict=False):
        cursor = ""
        while True:
            answer = api.call(
                "/cgi-bin/externalcontact/groupchat/list",
                body={
                    "status_filter": 0,
                    "owner_filter": {"userid_list": list(some)},
                    "cursor": cursor,
                    "limit": _PAGE,
                },
            )
            yield from (found["chat_id"] for found in answer.get("group_chat_list", ()))
            cursor = answer.get("next_cursor") or ""
            if not cursor:
                break


def add_join_way(chat_id: str, state: str, remark: str) -> str:
    """Make a code for one group and answer its `config_id`: keep it for ever, nothing lists them. `state`: at most 30
    characters.

    Raises:
        OutcomeUnknown: no answer came; a code without owner may exist, which does no harm but counts in the quota.
    """
    answer = api.call(
        "/cgi-bin/externalcontact/groupchat/add_join_way",
        body={
            "scene": 2,
            "remark": remark[:_REMARK_MAX],
            "auto_create_room": 0,
            "chat_id_list": [chat_id],
            "state": state,
        },
        idempotent=False,
    )
    return str(answer["config_id"])


def join_way(config_id: str) -> JoinWay:
    """The code made by `add_join_way`; its image's address does not expire."""
    answer = api.call("/cgi-bin/externalcontact/groupchat/get_join_way", body={"config_id": config_id})
    way = answer["join_way"]
    return JoinWay(way["qr_code"], tuple(way["chat_id_list"]), way.get("state", ""))


def send_welcome(welcome_code: str, text: str, attachments: Sequence[Mapping[str, object]] = ()) -> WelcomeOutcome:
    """Greet someone who was just added, with at most 4,000 bytes of text and 9 attachments.

    Raises:
        OutcomeUnknown: no answer came; asking again tells ALREADY if it was delivered.
        PartnerBusy: nothing was sent; another app of the corp may be sending.
    """
    body: dict[str, object] = {"welcome_code": welcome_code}
    if text:
        body["text"] = {"content": text}
    if attachments:
        body["attachments"] = list(attachments)
    try:
        api.call("/cgi-bin/externalcontact/send_welcome_msg", body=body, idempotent=False)
    except PartnerRefused as refusal:
        if refusal.errcode == _ALREADY:
            return WelcomeOutcome.ALREADY
        if refusal.errcode == _EXPIRED:
            return WelcomeOutcome.EXPIRED
        raise
    return WelcomeOutcome.SENT


def external_contact(external_userid: str) -> Contact:
    """Who a customer is. The unionid is there for WeChat users, if the corp has bound a WeChat developer id.

    Raises:
        PartnerRefused: with meaning UNREACHABLE when nobody of the staff has this contact any more.
    """
    answer = api.call("/cgi-bin/externalcontact/get", query={"external_userid": external_userid})
    contact = answer["external_contact"]
    named = [follow for follow in answer.get("follow_user", ()) if follow.get("state")]
    latest: dict[str, Any] = max(named, key=lambda follow: int(follow.get("createtime", 0)), default={})
    return Contact(contact["external_userid"], contact.get("unionid") or None, latest.get("state"))


def _member(member: Mapping[str, Any]) -> GroupMember:
    return GroupMember(
        userid=member["userid"],
        type=int(member["type"]),
        unionid=member.get("unionid") or None,
        join_time=from_epoch(int(member.get("join_time", 0))),
        join_scene=int(member.get("join_scene", 0)),
        state=member.get("state") or None,
    )


def _fetch() -> Fetched:
    corp = secret("wecom")
    answer = api.ask("/cgi-bin/gettoken", query={"corpid": corp["corp_id"], "corpsecret": corp["app_secret"]})
    return Fetched(answer["access_token"], int(answer["expires_in"]))


api = Api(
    partner="wecom",
    meanings=WECOM,
    base_url=lambda: settings().wecom_url,
    family=lambda: f"wecom/{secret('wecom')['corp_id']}",
    fetch=_fetch,
)
