"""`content`: the library of pieces, from draft over a preview to an approval by a named person."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from pond.broadcasts import contents, media
from pond.broadcasts.model_content import FORMS, Content
from pond.broadcasts.model_content_reader import write
from pond.broadcasts.previews import Preview
from pond.kernel.errors import Refused
from pondctl.openings import only_programme
from pondctl.output import china, table
from pondctl.programmes import read


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("content", help="the library of what is told").add_subparsers(
        metavar="ACTION", required=True
    )
    add = actions.add_parser("add", help="have the pieces of a YAML file as drafts; the same file changes nothing")
    add.add_argument("file", type=Path, metavar="FILE.yaml")
    add.add_argument("--by", required=True, metavar="NAME", help="who wrote them")
    add.set_defaults(run=run_add)
    for verb, what in (("preview", "pieces as recipients would get them"), ("approve", "let previewed pieces be sent")):
        command = actions.add_parser(verb, help=what)
        command.add_argument("content_ids", nargs="*", metavar="ID")
        command.add_argument("--file", type=Path, metavar="FILE.yaml", help="all pieces of this file")
        command.set_defaults(run=run_preview if verb == "preview" else run_approve)
        if verb == "preview":
            command.add_argument("--programme", metavar="ID", help="needed when there are several")
        else:
            command.add_argument("--by", required=True, metavar="NAME", help="who stands for them; kept with each")
    show = actions.add_parser("show", help="a piece's words and review")
    show.add_argument("content_id", metavar="ID")
    show.add_argument("--version", type=int, metavar="N", help="another than the newest")
    show.set_defaults(run=run_show)
    listing = actions.add_parser("list", help="all pieces, or today's for a stage")
    listing.add_argument("--stage", metavar="STAGE")
    listing.add_argument("--months", type=int, metavar="N", help="of age")
    listing.add_argument("--day", type=int, metavar="N", help="of a plan")
    listing.add_argument("--form", choices=FORMS)
    listing.set_defaults(run=run_list)


def run_add(given: argparse.Namespace, now: datetime) -> int:
    """Add each piece and say what that did; files that pieces name are put into the media library."""
    for document in pieces(given.file):
        outcome, made = contents.add(_with_media(document, given.file, given.by, now), given.by, now)
        print(f"{outcome}: {made.content_id}, version {made.version}, {made.state}")
    return 0


def run_preview(given: argparse.Namespace, now: datetime) -> int:
    """Show each piece to each kind of recipient; 1 when one has a fault."""
    programme_ids, faulty = [given.programme or only_programme()], False
    for content_id in _ids(given):
        content, made = contents.preview(content_id, programme_ids)
        faulty = faulty or bool(made.faults)
        _print(content, made)
    return 1 if faulty else 0


def run_approve(given: argparse.Namespace, now: datetime) -> int:
    """Approve each piece."""
    for content_id in _ids(given):
        approved = contents.approve(content_id, given.by, now)
        print(f"{content_id}: version {approved.version} approved by {approved.approved_by}")
    return 0


def run_show(given: argparse.Namespace, now: datetime) -> int:
    """Print a piece."""
    one = contents.show(given.content_id, given.version)
    for name, value in write(one).items():
        print(f"{name}: {value}")
    print(f"version {one.version}, {one.state}; written by {one.made_by}, {china(one.made_at)}")
    if one.approved_at:
        print(f"approved by {one.approved_by}, {china(one.approved_at)}")
    return 0


def run_list(given: argparse.Namespace, now: datetime) -> int:
    """Print pieces, one a line."""
    on_a_shelf = (given.stage, given.months, given.day) != (None, None, None)
    found = contents.find(given.stage, given.months, given.day) if on_a_shelf else contents.everything()
    table(
        ("piece", "version", "state", "form", "stage", "day", "title"),
        (
            (one.content_id, one.version, one.state, one.form, one.stage or "any", one.day, one.title)
            for one in found
            if given.form in (None, one.form)
        ),
        "no such piece: `pondctl content add FILE.yaml` adds some",
    )
    return 0


def pieces(file: Path) -> list[dict[str, Any]]:
    """The pieces in a YAML file.

    Raises:
        Refused: `content.invalid` when it has no list of them under `contents`.
    """
    listed = read(file).get("contents")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Refused("content.invalid", f"{file} has no list of pieces under `contents`")
    return listed


def _ids(given: argparse.Namespace) -> list[str]:
    ids = list(given.content_ids) + ([str(one.get("content_id")) for one in pieces(given.file)] if given.file else [])
    if not ids:
        raise Refused("content.which", "name pieces, or a file of them with --file")
    return ids


def _with_media(document: dict[str, Any], file: Path, by: str, now: datetime) -> dict[str, Any]:
    """The document with the files it names, beside its own, put into the library and named as they are there."""
    attachments = document.get("attachments")
    if not isinstance(attachments, list):
        return document
    return document | {"attachments": [_attached(one, file, by, now) for one in attachments]}


def _attached(attachment: Any, file: Path, by: str, now: datetime) -> Any:
    named = attachment.get("media") if isinstance(attachment, dict) else None
    path = file.parent / str(named)
    if not named or not path.is_file():
        return attachment
    kept = media.keep(str(attachment.get("form")), path.name, path.read_bytes(), by, now)
    return attachment | {"media": kept.media}


def _print(content: Content, made: Preview) -> None:
    print(f"== {content.content_id}, version {content.version}, {content.state}: {content.title}")
    shown: dict[str, list[str]] = {}
    for example in made.examples:
        lines = [example.rendered.text] if example.rendered.text else []
        lines += [
            f"[{one.form}] {one.title} {one.note} {one.url or one.page or one.media}"
            for one in example.rendered.attachments
        ]
        shown.setdefault("\n".join(lines), []).append(example.label)
    for text, labels in shown.items():
        print(f"-- {'; '.join(labels)} ({len(text.encode())} bytes)")
        print(text)
    for fault in made.faults:
        print(f"!! {fault}")
