"""What a piece looks like to each kind of recipient, with real names and with the longest, before it is approved.

A preview finds every fault there is: of the templates by their tree, then of each example by the limits of each route.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pond.broadcasts import almanac, inspecting, media, rendering
from pond.broadcasts.model_audience import Recipient
from pond.broadcasts.model_content import Content, Fault, Rendered
from pond.broadcasts.model_content_reader import write
from pond.broadcasts.model_limits import faults
from pond.broadcasts.rendering import Value
from pond.channels import links
from pond.groups import standings
from pond.kernel.errors import Permanent, Refused
from pond.kernel.settings import settings
from pond.programmes.model import Programme

GROUP_NAME = "群" * 30  # as long as staff name groups
LINK = 42  # what a tracked link's path adds to our address, at most
_LONGEST_DAY = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)
_LOOKED_AT = 200  # groups, to find a real name for each segment


@dataclass(frozen=True)
class Example:
    """A piece as one recipient would get it. `label` says who: a programme and a segment, or `longest`."""

    label: str
    rendered: Rendered


@dataclass(frozen=True)
class Preview:
    """Examples and faults; a piece with a fault cannot be approved. `fingerprint` changes with the words, and with
    whatever of the programmes goes into them."""

    examples: tuple[Example, ...]
    faults: tuple[Fault, ...]
    fingerprint: str


def make(content: Content, programmes: list[Programme]) -> Preview:
    """A preview of a piece for these programmes."""
    found = [fault for field, source in rendering.sources(content) for fault in inspecting.faults(field, source)]
    for number, one in enumerate(content.attachments):
        if one.media and not media.there(one.media, one.form):
            where = f"attachments[{number}].media"
            found.append(Fault(where, 1, "content.media_missing", f"no such {one.form} in the media library"))
    examples: list[Example] = []
    if not found:
        for programme in programmes:
            for label, values in _values(programme):
                try:
                    examples.append(Example(label, rendering.render(content, values, _longest_link)))
                except (Permanent, Refused) as error:
                    found.append(Fault("body", 1, error.code, f"{label}: {error.message}"))
        for route in content.routes:
            for example in examples:
                found += (fault for fault in faults(example.rendered, route) if fault not in found)
    return Preview(tuple(examples), tuple(found), fingerprint(content, programmes))


def fingerprint(content: Content, programmes: list[Programme]) -> str:
    """What a preview was of: the words, and the programmes and almanacs that go into them."""
    into = [[one.programme_id, one.version, repr(almanac.get(one.programme_id).week)] for one in programmes]
    said = json.dumps([write(content), into], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _values(programme: Programme) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """(label, variables) of a recipient of each segment, and of one for whom everything is as long as it gets."""
    shared = rendering.values_for(programme, None, _LONGEST_DAY)
    groups, _ = standings.groups(programme.programme_id, None, _LOOKED_AT)
    real = {group.pool_id.partition("~")[2]: group for group in groups}
    for segment in programme.segments:
        label = f"{programme.programme_id}, {segment.segment_id}"
        group = real.get(segment.segment_id)
        if group:
            yield label, rendering.values_for(programme, Recipient(group.chat_id, "group"), _LONGEST_DAY)
        else:
            stage = programme.stage(segment.stage_id)
            theirs = {"group": f"{segment.name}1群", "segment": segment.name, "stage": stage.name if stage else ""}
            yield label, {**shared, **theirs}
    longest: dict[str, Value] = {
        "group": GROUP_NAME,
        "stage": max((stage.name for stage in programme.stages), key=len),
        "segment": max((segment.name for segment in programme.segments), key=len),
        "today": max(almanac.get(programme.programme_id).week.values(), key=_size, default=()),
    }
    yield f"{programme.programme_id}, longest", {**shared, **longest}


def _longest_link(url: str, tag: str) -> str:
    links.check(url)
    return f"{settings().public_url}/l/".ljust(len(settings().public_url) + LINK, "x")


def _size(lines: tuple[str, ...]) -> int:
    return sum(map(len, lines))
