"""What a deployment sets: environment variables (never secret) and the secret store. Read on first use, never
at import."""

import json
import os
import time
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from pond.kernel.aws import client
from pond.kernel.errors import Permanent

SECRET_SECONDS = 300  # a rotated secret is in use everywhere within this time


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One field per `POND_…` variable; those without a default must be set in every function."""

    prefix: str  # names of tables, queues and secrets begin with it, e.g. "pond-prod"
    release: str = "dev"  # hex id of the deployed commit
    public_url: str = ""  # where people reach the H5 pages, without trailing slash
    bus_name: str = ""
    key_id: str = ""  # KMS key that wraps the data keys of sealed fields
    dead_letter_queue_url: str = ""
    notice_queue_url: str = ""
    roster_queue_url: str = ""
    welcome_queue_url: str = ""
    order_queue_url: str = ""
    admission_queue_arn: str = ""
    broadcast_queue_url: str = ""
    broadcast_queue_arn: str = ""
    result_queue_url: str = ""
    schedule_group: str = ""
    backup_bucket: str = ""
    media_bucket: str = ""  # pictures, videos and files of content
    schedule_role_arn: str = ""
    official_account_url: str = "https://api.weixin.qq.com"
    oauth_url: str = "https://open.weixin.qq.com"
    wecom_url: str = "https://qyapi.weixin.qq.com"
    youzan_url: str = "https://open.youzanyun.com"
    youzan_body_sign: str = "false"  # "true": a push without Event-Sign is taken by its body's own sign
    egress: str = "none"  # "proxy": partners are called through the proxy that the secret of this name tells
    sms_vendor: str = "tencent"  # or "aliyun"
    sms_url: str = ""  # empty: the vendor's public address
    callback_retention_days: str = "14"
    roster_retention_days: str = "180"  # who left a group
    follower_retention_days: str = "365"  # who left the account and never registered
    refused_retention_days: str = "180"
    access_log_retention_days: str = "1095"
    scan_limit: str = "200"  # WeCom: from so many members on, a group's code lets nobody in any more
    call_limits: str = ""  # over platforms/model_buckets.py, as "wecom=9000/60 140000/3600;sms_tencent=50/1"
    media_origins: str = ""  # space-separated origins that pages may show images from
    outreach_route: str = "off"  # "sms" or "call": how buyers are reached after an order
    outreach_hours: str = "09:00-20:00"  # in China
    outreach_days: str = "30"  # one person is reached once in so many days
    outreach_consents: str = ""  # versions of consent, separated by spaces, whose text allows it
    calls_url: str = ""  # the call vendor's
    link_origins: str = ""  # space-separated origins, besides our own, that tracked links may lead to


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        Permanent: `settings.missing`, naming the variable, when one without a default is not set.
    """
    values: dict[str, str] = {}
    for field in fields(Settings):
        variable = f"POND_{field.name.upper()}"
        if variable in os.environ:
            values[field.name] = os.environ[variable]
    try:
        return Settings(**values)
    except TypeError as error:
        raise Permanent("settings.missing", str(error)) from error


_secrets: dict[str, tuple[float, dict[str, Any]]] = {}


def secret(name: str) -> dict[str, Any]:
    """The JSON object kept as `{prefix}/{name}` in the secret store, cached for five minutes.

    Names in use: `keys` (hash_key, session_key), `official-account` (app_id, app_secret, token, aes_key, original_id,
    notice_template_id), `wecom` (corp_id, app_secret, token, aes_key), `youzan`
    (client_id, client_secret, kdt_id, shops: further kdt_ids with commas), `sms` (the chosen vendor's credentials;
    optional notice_templates, see `platforms.model_sms.templates_from`, and receipt_key), `calls` (key, secret,
    campaign_id), `proxy` (url).
    """
    held = _secrets.get(name)
    if held and time.monotonic() - held[0] < SECRET_SECONDS:
        return held[1]
    answer = client("secretsmanager").get_secret_value(SecretId=f"{settings().prefix}/{name}")
    value: dict[str, Any] = json.loads(answer["SecretString"])
    _secrets[name] = (time.monotonic(), value)
    return value


def forget() -> None:
    """Drop what is cached (tests, and a partner's answer that a credential is no longer right)."""
    settings.cache_clear()
    _secrets.clear()
