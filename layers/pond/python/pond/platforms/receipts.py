"""Receipts of text messages: arrays that vendors post, unsigned, repeated, up to three days late.

What always holds: only who knows the address is heard, since neither vendor signs; what names no text of ours changes
nothing and is counted; the answer is the vendor's own form.
"""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pond.kernel.errors import Refused
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count, logger
from pond.kernel.settings import secret
from pond.platforms import texts
from pond.platforms.model_sms import TextState
from pond.platforms.texts import Receipt

_REASON_MAX = 64
_CODE = re.compile(r"[A-Za-z_]{0,24}[:.\- ]?[A-Za-z0-9]{0,6}")
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class _Vendor:
    read: Callable[[Fields], Receipt]
    answer: str


def address_key(vendor: str) -> str:
    """The part of the address that nobody can guess: `receipt_key` of the secret `sms`, else one made from our keys."""
    return str(secret("sms").get("receipt_key") or pseudonym("receipts", vendor))


def receive(vendor: str, key: str, body: bytes, now: datetime) -> str:
    """Take a vendor's array of receipts and answer as it expects.

    Raises:
        Refused: `callback.signature` for a wrong address, `callback.malformed` for a body that is no array.
        Exception: what kept some from being taken, after the others were; the vendor may deliver again.
    """
    known = _VENDORS.get(vendor)
    if known is None or not hmac.compare_digest(key.encode(), address_key(vendor).encode()):
        raise Refused("callback.signature", "not an address of receipts")
    failure: Exception | None = None
    for entry in _entries(body):
        try:
            _take(vendor, known, entry, now)
        except Exception as error:  # raised below: the others are taken first, as Tencent may never bring them again
            failure = error
    if failure:
        raise failure
    return known.answer


def _entries(body: bytes) -> list[object]:
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused("callback.malformed", "not JSON") from error
    if not isinstance(entries, list):
        raise Refused("callback.malformed", "not an array")
    return entries


def _take(vendor: str, known: _Vendor, entry: object, now: datetime) -> None:
    try:
        receipt = known.read(entry) if isinstance(entry, dict) else None
    except (KeyError, TypeError, ValueError):
        receipt = None
    if receipt is None:
        count("ReceiptMalformed")
        return
    first, ours = texts.take(vendor, receipt, now)
    if not ours:
        count("ReceiptUnknown")  # of a code, of another system of the same account, or invented
    elif not first:
        count("ReceiptRepeated")
    else:
        failed = receipt.state is TextState.FAILED
        count("ReceiptFailed", int(failed))  # also 0: its average is the share that failed, which an alarm watches
        if failed:
            logger.warning("text not delivered", extra={"status": vendor, "reason": _said(receipt.reason)})


def _tencent(entry: Fields) -> Receipt:
    delivered = entry["report_status"] == "SUCCESS"
    phone = f"+{_digits(entry.get('nationcode') or '86')}{_digits(entry['mobile'])}"
    return _receipt(entry, entry["sid"], phone, entry.get("errmsg"), delivered=delivered)


def _aliyun(entry: Fields) -> Receipt:
    phone = f"+86{_digits(entry['phone_number']).removeprefix('86')}"
    return _receipt(entry, entry["biz_id"], phone, entry.get("err_code"), delivered=entry["success"] is True)


def _receipt(entry: Fields, message_id: object, phone: str, reason: object, *, delivered: bool) -> Receipt:
    if not isinstance(message_id, str) or not message_id:
        raise ValueError("no id")
    state = TextState.DELIVERED if delivered else TextState.FAILED
    return Receipt(message_id, phone, state, str(reason or "")[:_REASON_MAX], entry)


def _said(reason: str) -> str:
    """A carrier's code; other words are not logged, since nobody promises that they name no number."""
    return reason if _CODE.fullmatch(reason) else "in words"


def _digits(value: object) -> str:
    text = str(value).removeprefix("+")
    if not text.isascii() or not text.isdecimal():
        raise ValueError("not a number")
    return text


_VENDORS: Mapping[str, _Vendor] = {
    "tencent": _Vendor(_tencent, '{"result":0,"errmsg":"OK"}'),
    "aliyun": _Vendor(_aliyun, '{"code":0,"msg":"OK"}'),
}
