"""`links`: the addresses people reach, and those to enter at the partners. `env`: the variables of a deployed stack."""

import argparse
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pond.channels import codes, store_channels
from pond.kernel.aws import client
from pond.kernel.settings import settings
from pond.platforms import receipts
from pond.programmes import service as programmes
from pond.programmes.model import page_path
from pondctl.environment import variable
from pondctl.output import table

_FROM_PARAMETERS = (
    "Prefix",
    "PublicUrl",
    "OfficialAccountUrl",
    "OauthUrl",
    "WecomUrl",
    "YouzanUrl",
    "SmsVendor",
    "SmsUrl",
    "LinkOrigins",
)
FROM_OUTPUTS = {
    "KeyArn": "POND_KEY_ID",
    "AdmissionQueueArn": "POND_ADMISSION_QUEUE_ARN",
    "BroadcastsQueueArn": "POND_BROADCAST_QUEUE_ARN",
    "ScheduleGroup": "POND_SCHEDULE_GROUP",
    "ScheduleRoleArn": "POND_SCHEDULE_ROLE_ARN",
    "BackupBucket": "POND_BACKUP_BUCKET",
    "MediaBucket": "POND_MEDIA_BUCKET",
    "OrdersQueueUrl": "POND_ORDER_QUEUE_URL",
}


def add_to(commands: Any) -> None:
    """The commands of this file."""
    commands.add_parser("links", help="public addresses, and those to enter at the partners").set_defaults(
        run=run_links
    )
    env = commands.add_parser("env", help="print a deployed stack's variables, to keep in a file for --env-file")
    env.add_argument("stack", metavar="STACK")
    env.set_defaults(run=run_env, before_prefix=True)


def run_links(_: argparse.Namespace, now: datetime) -> int:
    """Print all addresses."""
    vendor = settings().sms_vendor
    public = variable("POND_PUBLIC_URL", "the address people reach the pages at")
    rows = [
        ("official account: server address", f"{public}/official-account"),
        ("official account: web authorisation domain", urlsplit(public).netloc),
        ("WeCom app: callback address", f"{public}/wecom"),
        ("Youzan app: address for pushes", f"{public}/youzan"),
        (
            "SMS vendor: address of receipts (keep it to yourself)",
            f"{public}/receipts/{vendor}/{receipts.address_key(vendor)}",
        ),
    ]
    rows += [(f"page of {programme_id}", f"{public}{page_path(programme_id)}") for programme_id in programmes.all_ids()]
    found = sorted(store_channels.everything(), key=lambda one: one[0].channel_id)
    rows += [(f"channel {one.channel_id}", codes.short_link(one.channel_id)) for one, _code in found]
    table(("what", "address"), rows, "")
    return 0


def run_env(given: argparse.Namespace, now: datetime) -> int:
    """Print KEY=VALUE lines."""
    stack = client("cloudformation").describe_stacks(StackName=given.stack)["Stacks"][0]
    parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    lines = {_variable(name): parameters[name] for name in _FROM_PARAMETERS if name in parameters}
    lines |= {to: outputs[name] for name, to in FROM_OUTPUTS.items() if name in outputs}
    lines["AWS_REGION"] = client("cloudformation").meta.region_name
    for name, value in lines.items():
        print(f"{name}={value}")
    return 0


def _variable(parameter: str) -> str:
    return f"POND_{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', parameter).upper()}"
