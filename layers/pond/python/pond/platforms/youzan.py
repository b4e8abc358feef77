"""Youzan's shop: an order, the orders changed in a time, a refund, and who a buyer is.

What always holds: amounts and texts come back as Youzan wrote them; the room of orders reads them. A detail may lag
30 seconds behind the push that told of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pond.kernel.clock import CHINA
from pond.platforms.errors import PartnerRefused
from pond.platforms.youzan_calls import call

DETAIL_LAG = timedelta(seconds=30)
_NOT_FOUND = 5000
_PAGE, _PAGES_MAX = 100, 100
_REFUNDS_PAGE = 20
_PASSES = 3


@dataclass(frozen=True)
class User:
    """Who a buyer is, as far as Youzan knows: the bridge from its id to WeChat's."""

    yz_open_id: str = field(repr=False)
    unionid: str | None = field(repr=False)
    openid: str | None = field(repr=False)
    mobile: str | None = field(repr=False)


def order(tid: str) -> dict[str, Any] | None:
    """An order in full, or None while Youzan does not show it: try again after `DETAIL_LAG`.

    Another shop's token gets the same answer as an order that is not there yet.
    """
    try:
        return call("youzan.trade.get", "4.0.2", {"tid": tid}) or None
    except PartnerRefused as refusal:
        if refusal.errcode == _NOT_FOUND:
            return None
        raise


def orders_changed(since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """Every order changed between both times (at most three months), once, in no certain order.

    Rows move between pages while one reads: pages are read again until as many orders were seen as Youzan counts, at
    most three times. A window with more than 10,000 orders, which Youzan does not show, is halved.
    """
    yield from _window(since.replace(microsecond=0), until.replace(microsecond=0), set())


def refund(refund_id: str) -> dict[str, Any]:
    """A refund as it is now."""
    return call("youzan.trade.refund.get", "3.0.1", {"refund_id": refund_id})


def refunds(tid: str) -> list[dict[str, Any]]:
    """Every refund of an order, as it is now. The search tells their ids; amounts and states are read one by one."""
    found: list[str] = []
    for page in range(1, _PAGES_MAX + 1):
        answer = call("youzan.trade.refund.search", "3.0.1", {"tid": tid, "page_no": page, "page_size": _REFUNDS_PAGE})
        rows = answer.get("refunds") or ()
        found += [str(row["refund_id"]) for row in rows if row.get("refund_id")]
        if len(rows) < _REFUNDS_PAGE:
            break
    return [refund(refund_id) for refund_id in dict.fromkeys(found)]


def users(*, yz_open_id: str = "", mobile: str = "", unionid: str = "") -> tuple[User, ...]:
    """Whom Youzan knows under one of these ids."""
    asked = {"yz_open_id": yz_open_id, "mobile": mobile, "weixin_union_id": unionid}
    given = {name: value for name, value in asked.items() if value}
    answer = call("youzan.users.info.query", "1.0.0", {**given, "result_type_list": [0, 1, 2, 9]})
    return tuple(_user(found) for found in answer.get("user_list") or ())


def _window(since: datetime, until: datetime, seen: set[str]) -> Iterator[dict[str, Any]]:
    for _ in range(_PASSES):
        here, total, page = set[str](), 0, 1
        while page <= _PAGES_MAX:
            answer = call(
                "youzan.trades.sold.get",
                "4.0.4",
                {"start_update": _text(since), "end_update": _text(until), "page_no": page, "page_size": _PAGE},
            )
            total = int(answer.get("total_results") or 0)
            rows = answer.get("full_order_info_list") or ()
            if total > _PAGE * _PAGES_MAX and since < until:
                middle = since + timedelta(seconds=(until - since) // timedelta(seconds=2))
                yield from _window(since, middle, seen)
                yield from _window(middle + timedelta(seconds=1), until, seen)
                return
            for row in rows:
                tid = _tid(row)
                here.add(tid)
                if tid not in seen:
                    seen.add(tid)
                    yield row
            if len(rows) < _PAGE:
                break
            page += 1
        if len(here) >= total:
            return


def _tid(row: Mapping[str, Any]) -> str:
    return str(((row.get("full_order_info") or {}).get("order_info") or {}).get("tid") or "")


def _text(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _user(found: Mapping[str, Any]) -> User:
    def part(name: str, key: str) -> str | None:
        return (found.get(name) or {}).get(key) or None

    return User(
        yz_open_id=part("primitive_info", "yz_open_id") or "",
        unionid=part("wechat_info", "union_id"),
        openid=part("platform_info", "weixin_open_id"),
        mobile=part("mobile_info", "mobile"),
    )
