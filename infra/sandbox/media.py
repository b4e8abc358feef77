"""What was uploaded: temporary media that end after three days, lasting pictures, and how a posted form is read."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from sandbox.state import World

LIFE_SECONDS = 3 * 86_400
MB = 1 << 20
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}
Part = tuple[str, bytes]  # a form's file: its name and what is in it
# platform -> type -> (most bytes, endings; none: any)
KINDS: dict[str, dict[str, tuple[int, tuple[str, ...]]]] = {
    "wecom": {
        "image": (10 * MB, ("jpg", "jpeg", "png")),
        "voice": (2 * MB, ("amr",)),
        "video": (10 * MB, ("mp4",)),
        "file": (20 * MB, ()),
    },
    "official_account": {"image": (10 * MB, ("jpg", "jpeg", "png", "gif"))},
}
LASTING = (2 * MB, ("jpg", "jpeg", "png"))


@dataclass(frozen=True)
class Item:
    """One upload; `until` is None for a lasting picture."""

    media_id: str
    platform: str
    kind: str
    filename: str
    data: bytes
    until: float | None

    @property
    def content_type(self) -> str:
        """What browsers show it as."""
        known = (name for magic, name in MAGIC.items() if self.data.startswith(magic))
        return next(known, "video/mp4" if self.kind == "video" else "application/octet-stream")


class Media:
    """All uploads of this world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items: dict[str, Item] = {}

    def add(self, platform: str, kind: str, part: Part, *, lasting: bool = False) -> Item:
        """Keep an upload: the same file gets another id each time."""
        until = None if lasting else self._world.clock.now() + LIFE_SECONDS
        item = Item(self._world.ids.token("media", 40), platform, kind, *part, until)
        self._items[item.media_id] = item
        return item

    def live(self, platform: str, media_id: object) -> Item | None:
        """The upload, while its id may be used on that platform."""
        item = self._items.get(str(media_id))
        if item is None or item.platform != platform or item.until is None:
            return None
        return item if self._world.clock.now() < item.until else None

    def url(self, item: Item) -> str:
        """Where the phone gets it, also after its id has ended."""
        return f"{self._world.origin}/media/{item.media_id}"

    def address(self, media_id: object) -> str | None:
        """Where the phone gets the upload with this id."""
        item = self._items.get(str(media_id))
        return self.url(item) if item else None

    def filename(self, media_id: object) -> str:
        """What the file was called."""
        item = self._items.get(str(media_id))
        return item.filename if item else ""

    async def show(self, request: Request) -> Response:
        """The file itself."""
        item = self._items.get(request.path_params["media_id"])
        if item is None:
            return Response(status_code=404)
        return Response(item.data, media_type=item.content_type, headers={"cache-control": "max-age=86400"})


def routes(world: World) -> list[BaseRoute]:
    """Where phones get what was sent to them."""

    async def show(request: Request) -> Response:
        return await world.media.show(request)

    return [Route("/media/{media_id}", show, methods=["GET"])]


def part_of(content_type: str, body: bytes) -> Part | None:
    """The field `media` of a posted form, with a file name; None when there is none."""
    form: Any = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=policy.HTTP)
    for part in form.iter_parts() if form.get_content_type() == "multipart/form-data" else ():
        if part.get_param("name", header="content-disposition") == "media" and part.get_filename():
            return part.get_filename(), part.get_payload(decode=True)
    return None


def problem(limits: tuple[int, tuple[str, ...]] | None, part: Part) -> int:
    """The error code for a file, or 0."""
    if limits is None:
        return 40004
    filename, data = part
    most, endings = limits
    ending = filename.rpartition(".")[2].lower()
    if len(data) <= 5:
        return 40006
    if endings and ending not in endings:
        return 40005
    return 40006 if len(data) > most else 0
