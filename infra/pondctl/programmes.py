"""`apply` and `programmes`."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from pond.kernel.errors import Refused
from pond.programmes import service
from pondctl.output import table


def add_to(commands: Any) -> None:
    """The commands of this file."""
    apply = commands.add_parser("apply", help="make a programme be as a YAML file says; the same file changes nothing")
    apply.add_argument("file", type=Path, metavar="FILE.yaml")
    apply.set_defaults(run=run_apply)
    commands.add_parser("programmes", help="list the programmes").set_defaults(run=run_list)


def run_apply(given: argparse.Namespace, now: datetime) -> int:
    """Apply the file and say what that did."""
    applied = service.apply(read(given.file), now)
    print(f"{applied.outcome}: {applied.programme_id}, version {applied.version}")
    return 0


def run_list(_: argparse.Namespace, now: datetime) -> int:
    """All programmes."""
    found = [service.get(programme_id) for programme_id in service.all_ids()]
    table(
        ("programme", "name", "status", "version", "segments", "consent"),
        (
            (one.programme_id, one.name, one.status, one.version, _segments(one.segments), one.consent.version)
            for one in found
        ),
        "no programme yet: `pondctl apply FILE.yaml` adds one",
    )
    return 0


def read(file: Path) -> dict[str, Any]:
    """The document in a YAML file.

    Raises:
        Refused: `file.unreadable`: no such file, or not YAML; `programme.invalid`: not one mapping.
    """
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refused("file.unreadable", f"{file} cannot be read: {_why(error)}") from error
    if not isinstance(document, dict):
        raise Refused("programme.invalid", f"{file} holds no programme: names with values are expected")
    return document


def _why(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())


def _segments(segments: Any) -> str:
    return " ".join(segment.segment_id for segment in segments)
