"""`secrets put`: credentials into the secret store, from standard input or asked for; they are never shown."""

import argparse
import getpass
import json
import re
import secrets
import sys
from datetime import datetime
from typing import Any

from pond.kernel.aws import client
from pond.kernel.errors import Refused
from pond.kernel.settings import settings

_FIELDS = {
    "official-account": ("app_id", "app_secret", "token", "aes_key", "original_id", "notice_template_id"),
    "wecom": ("corp_id", "app_secret", "token", "aes_key"),
    "youzan": ("client_id", "client_secret", "kdt_id", "shops"),
    "calls": ("key", "secret", "campaign_id"),
    "proxy": ("url",),
}
_SMS_FIELDS = {
    "tencent": ("secret_id", "secret_key", "sdk_app_id", "sign_name", "template_id"),
    "aliyun": ("access_key_id", "access_key_secret", "sign_name", "template_code"),
}
_OPTIONAL = {"notice_template_id", "region", "shops", "notice_templates", "receipt_key"}
NAMES = ("keys", "official-account", "wecom", "youzan", "sms", "calls", "proxy")
_SHOPS = re.compile(r"\d+(\s*,\s*\d+)*")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")


def add_to(commands: Any) -> None:
    """The command of this file."""
    actions = commands.add_parser("secrets", help="credentials of the deployment").add_subparsers(
        metavar="ACTION", required=True
    )
    put = actions.add_parser(
        "put", help="keep a secret: a JSON object on standard input, or asked for field by field; `keys` makes itself"
    )
    put.add_argument("name", choices=NAMES)
    put.set_defaults(run=run_put)


def run_put(given: argparse.Namespace, now: datetime) -> int:
    """Keep it."""
    if given.name == "keys":
        return _make_keys()
    fields = _SMS_FIELDS[settings().sms_vendor] if given.name == "sms" else _FIELDS[given.name]
    _write(given.name, checked(_ask(fields) if sys.stdin.isatty() else _read(), fields))
    print(f"{given.name}: kept; in use everywhere within five minutes")
    return 0


def checked(value: Any, fields: tuple[str, ...]) -> dict[str, str]:
    """The fields of a secret, all there and well formed.

    Raises:
        Refused: `secret.invalid`, naming fields and never values.
    """
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise Refused("secret.invalid", f"a JSON object of texts is expected, with {', '.join(fields)}")
    given = {name: text.strip() for name, text in value.items() if text.strip()}
    unknown = sorted(set(given) - set(fields) - _OPTIONAL)
    missing = [name for name in fields if name not in given and name not in _OPTIONAL]
    if unknown or missing:
        raise Refused("secret.invalid", f"missing: {' '.join(missing) or '-'}; unknown: {' '.join(unknown) or '-'}")
    if "aes_key" in given and not _AES_KEY.fullmatch(given["aes_key"]):
        raise Refused("secret.invalid", "aes_key must be the 43 letters and digits of EncodingAESKey")
    if not all(_SHOPS.fullmatch(given[name]) for name in ("kdt_id", "shops") if name in given):
        raise Refused("secret.invalid", "kdt_id is a shop's number, shops are further ones with commas between")
    return given


def _make_keys() -> int:
    if "hash_key" in _held("keys"):
        raise Refused(
            "secret.permanent", "keys are there already; a new hash_key would make everybody we know a stranger"
        )
    _write("keys", {"hash_key": secrets.token_hex(32), "session_key": secrets.token_hex(32)})
    print("keys: made and kept; they are never changed")
    return 0


def _read() -> Any:
    try:
        return json.loads(sys.stdin.read())
    except ValueError:
        raise Refused("secret.invalid", "standard input is not JSON") from None


def _ask(fields: tuple[str, ...]) -> dict[str, str]:
    return {name: getpass.getpass(f"{name}{' (may be empty)' if name in _OPTIONAL else ''}: ") for name in fields}


def _held(name: str) -> dict[str, Any]:
    store = client("secretsmanager")
    try:
        text = store.get_secret_value(SecretId=_id(name))["SecretString"]
    except store.exceptions.ResourceNotFoundException:
        return {}
    held: dict[str, Any] = json.loads(text)
    return held


def _write(name: str, value: dict[str, str]) -> None:
    store, text = client("secretsmanager"), json.dumps(value, ensure_ascii=False)
    try:
        store.put_secret_value(SecretId=_id(name), SecretString=text)
    except store.exceptions.ResourceNotFoundException:
        raise Refused(
            "secret.not_there", f"{_id(name)} does not exist: deploy the stack first, or correct POND_PREFIX"
        ) from None


def _id(name: str) -> str:
    return f"{settings().prefix}/{name}"
