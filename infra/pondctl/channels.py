"""`channels`: where people come from, and the codes they scan."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from pond.channels import codes, store_channels
from pondctl.output import china, table

SOURCES = ("video", "poster", "shop", "parcel", "partner", "account", "other")


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("channels", help="channels and their codes").add_subparsers(
        metavar="ACTION", required=True
    )
    create = actions.add_parser("create", help="have a channel; the same again changes nothing")
    create.add_argument("channel_id", metavar="ID", help="a-z, 0-9 and -; it stands in the code and the short link")
    create.add_argument("--name", required=True)
    create.add_argument("--programme", required=True, metavar="ID")
    create.add_argument("--source", choices=SOURCES, default="other")
    create.add_argument("--tag", action="append", default=[], metavar="TAG", dest="tags", help="may be repeated")
    create.set_defaults(run=run_create)
    actions.add_parser("list", help="all channels").set_defaults(run=run_list)
    code = actions.add_parser("code", help="save a channel's QR code")
    code.add_argument("channel_id", metavar="ID")
    code.add_argument("--out", required=True, type=image_file, metavar="FILE.png", help="or FILE.svg")
    code.add_argument("--link", action="store_true", help="draw the short link instead of the account's code")
    code.set_defaults(run=run_code)


def image_file(text: str) -> Path:
    """A path that ends in a picture's name."""
    path = Path(text)
    if path.suffix not in (".png", ".svg"):
        raise argparse.ArgumentTypeError("must end in .png or .svg")
    return path


def run_create(given: argparse.Namespace, now: datetime) -> int:
    """Have the channel."""
    channel = codes.create_channel(given.channel_id, given.name, given.source, tuple(given.tags), given.programme, now)
    print(f"{channel.channel_id}: {codes.short_link(channel.channel_id)}")
    return 0


def run_list(_: argparse.Namespace, now: datetime) -> int:
    """All channels."""
    found = sorted(store_channels.everything(), key=lambda one: one[0].channel_id)
    table(
        ("channel", "name", "source", "tags", "programme", "code until"),
        (
            (
                one.channel_id,
                one.name,
                one.source,
                " ".join(one.tags),
                one.programme_id,
                china(code.expires_at if code else None),
            )
            for one, code in found
        ),
        "no channel yet: `pondctl channels create` makes one",
    )
    return 0


def run_code(given: argparse.Namespace, now: datetime) -> int:
    """Save the picture."""
    if given.link:
        codes.get(given.channel_id)
        url, until = codes.short_link(given.channel_id), "for good"
    else:
        code = codes.code(given.channel_id, now)
        url, until = code.qr_url, f"until {china(code.expires_at)} (China)"
    given.out.write_bytes(codes.code_image(url, "svg" if given.out.suffix == ".svg" else "png"))
    print(f"{given.out}: {url}, valid {until}")
    return 0
