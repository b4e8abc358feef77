"""How a piece becomes what is sent: templates filled in within a sandbox, from a fixed set of variables.

What always holds: only a template without faults is run; the same piece with the same values is the same text.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from jinja2 import Template, TemplateError

from pond.broadcasts import almanac, inspecting
from pond.broadcasts.model_audience import Recipient
from pond.broadcasts.model_content import Attachment, Content, Rendered
from pond.channels import links
from pond.channels.model_links import Link
from pond.groups import seats, setup
from pond.groups.model import Group
from pond.kernel.clock import CHINA
from pond.kernel.errors import Permanent
from pond.kernel.settings import settings
from pond.members import registrations
from pond.programmes.model import Programme, page_path

Value = str | tuple[str, ...]
Links = Callable[[str, str], str]  # (url, tag) → the address that is sent

PER_RECIPIENT = frozenset({"group", "stage", "segment"})
LONGEST = 12_000  # characters; what is longer fits no route
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_FIELDS = ("title", "note", "url", "page")


def plain(url: str, tag: str) -> str:
    """The address as it is."""
    return url


def tracked(programme_id: str, broadcast_id: str, content: Content, now: datetime, chat_id: str = "") -> Links:
    """Links that tag and count who opens them, for this broadcast and version, as they stand in that group, if in one.
    Making the same twice makes one."""

    def made(url: str, tag: str) -> str:
        link = Link(
            target=url,
            tag=tag,
            programme_id=programme_id,
            broadcast_id=broadcast_id,
            content_version=f"{content.content_id}~{content.version}",
        )
        return links.url(links.make(link, now), chat_id)

    return made


def render(content: Content, values: Mapping[str, Value], links: Links = plain) -> Rendered:
    """The piece with its fields filled in; the same for the same values.

    Raises:
        Permanent: `content.not_rendered`: it has faults, or a value it names is not there.
    """
    given = {**dict.fromkeys(inspecting.TEXTS, ""), **dict.fromkeys(inspecting.LISTS, ()), **values, "link": links}
    return Rendered(
        _filled(content.body, given),
        tuple(
            Attachment(
                form=one.form,
                media=one.media,
                app_id=one.app_id,
                **{name: _filled(getattr(one, name), given) for name in _FIELDS},
            )
            for one in content.attachments
        ),
    )


def values_for(programme: Programme, recipient: Recipient | None, now: datetime) -> Mapping[str, Value]:
    """The variables of a recipient; of none, those that are the same for all (a piece that names none of
    `PER_RECIPIENT`, see `names`, needs no more, and nothing of a recipient is read)."""
    local = now.astimezone(CHINA)
    week = almanac.get(programme.programme_id).week
    values: dict[str, Value] = {
        "programme": programme.name,
        "page": f"{settings().public_url}{page_path(programme.programme_id)}",
        "video_account": programme.video_account,
        "rules": tuple(line.strip() for line in programme.rules.splitlines() if line.strip()),
        "date": f"{local.month}月{local.day}日",
        "weekday": WEEKDAYS[local.weekday()],
        "today": week.get(local.weekday(), ()),
        "week": tuple(f"{WEEKDAYS[day]} {line}" for day in sorted(week) for line in week[day]),
    }
    return values | _theirs(programme, recipient) if recipient else values


def names(content: Content) -> frozenset[str]:
    """The variables that a piece uses. One that uses none of `PER_RECIPIENT` is rendered once for all."""
    return frozenset().union(*(inspecting.names(source) for _, source in sources(content)))


def sources(content: Content) -> list[tuple[str, str]]:
    """Every template in a piece, by the name of its field."""
    found = [("body", content.body)]
    for number, one in enumerate(content.attachments):
        found += [(f"attachments[{number}].{name}", getattr(one, name)) for name in _FIELDS if getattr(one, name)]
    return found


def _theirs(programme: Programme, recipient: Recipient) -> dict[str, Value]:
    stage_id, group = "", None
    if recipient.kind == "group":
        group = setup.find(recipient.recipient_id)
    else:
        answers = registrations.get(recipient.recipient_id, programme.programme_id)
        stage_id = answers.stage_id if answers else ""
        seat = seats.get(recipient.recipient_id, programme.programme_id)
        group = setup.find(seat.chat_id) if seat and seat.state == "taken" and seat.chat_id else None
    segment = programme.segment(_segment_id(group)) if group else None
    stage = programme.stage(stage_id or (segment.stage_id if segment else ""))
    return {
        "group": group.name if group else "",
        "stage": stage.name if stage else "",
        "segment": segment.name if segment else "",
    }


def _segment_id(group: Group) -> str:
    return group.pool_id.partition("~")[2]


def _filled(source: str, values: Mapping[str, object]) -> str:
    if "{" not in source:
        return source
    template = _template(source)
    try:
        length, parts = 0, []
        for part in template.generate(values):
            length += len(part)
            if length > LONGEST:
                raise Permanent("content.not_rendered", f"longer than {LONGEST} characters")
            parts.append(part)
    except (TemplateError, TypeError, ValueError) as error:
        raise Permanent("content.not_rendered", type(error).__name__) from error
    return "".join(parts).strip()


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    found = inspecting.faults("template", source)
    if found:
        raise Permanent("content.not_rendered", str(found[0]))
    return inspecting.environment().from_string(source)
