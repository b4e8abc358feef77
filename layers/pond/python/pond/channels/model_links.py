"""Tracked links as values: what a link leads to, for whom it counts, and what its code says.

A code is `link_id`, then the digest of the place (a group) it stands in, if any, then a signature: fixed lengths, so
nothing needs to be written for a place until somebody opens it there. There is nothing of a person in it.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pond.kernel.errors import Refused

ID_LENGTH = PLACE_LENGTH = 10  # base32 characters: 50 bits
SIGNATURE_LENGTH = 12
NOWHERE = "~"  # the place of a link that stands in no group: `link_counts` needs a key
_CODE = re.compile(rf"([a-z2-7]{{{ID_LENGTH}}})((?:[a-z2-7]{{{PLACE_LENGTH}}})?)([a-z2-7]{{{SIGNATURE_LENGTH}}})")
_TARGET_MAX = 2_000
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # ASCII without spaces, quotes, <>, \\, ^, `, {|}


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where it leads; the person it counts for (`owner_id`, a volunteer or distributor); the tag that who opens it is
    given; the broadcast and version of its words that it stands in. Whatever differs makes another link."""

    target: str
    owner_id: str = ""
    tag: str = ""
    programme_id: str = ""
    broadcast_id: str = ""
    content_version: str = ""
    expires_at: datetime | None = None

    def over(self, now: datetime) -> bool:
        """Whether it leads nowhere any more."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def text(self) -> str:
        """All of it as one text; its keyed digest is the link's id."""
        until = self.expires_at.isoformat(timespec="milliseconds") if self.expires_at else ""
        stands_in = (self.programme_id, self.broadcast_id, self.content_version)
        return json.dumps((self.target, self.owner_id, self.tag, *stands_in, until))


@dataclass(frozen=True, kw_only=True)
class Opener:
    """Who opened a link, as far as their session tells. `person_id`: their member, or WeChat account while they are
    none; `follower_id`: at the official account."""

    person_id: str
    follower_id: str


@dataclass(frozen=True, kw_only=True)
class Open:
    """Somebody opened a link. `first`: they had not opened it before."""

    person_id: str
    link_id: str
    place: str
    at: datetime
    first: bool
    owner_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A link's figures in one place: how many people opened it (those known by a session), and how often it was
    opened at all."""

    people: int = 0
    opens: int = 0


def place_of(chat_id: str) -> str:
    """The digest of a group that stands in codes and figures."""
    digest = hashlib.sha256(f"place:{chat_id}".encode()).digest()
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[byte & 31] for byte in digest[:PLACE_LENGTH])


def read_code(code: str) -> tuple[str, str, str] | None:
    """A code's link_id, place (empty: none) and signature; None when it cannot be one of ours."""
    found = _CODE.fullmatch(code)
    return (found[1], found[2], found[3]) if found else None


def check_target(target: str, origins: frozenset[str]) -> None:
    """Refuse to lead anywhere but to these origins ("https://shop.example").

    Raises:
        Refused: `link.target`.
    """
    if (
        len(target) > _TARGET_MAX
        or not target.isascii()
        or not target.isprintable()
        or set(target) & set(' "<>\\^`{|}')
    ):
        raise Refused("link.target", "no address in plain ASCII")
    try:
        parts = urlsplit(target)
        origin = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError as error:
        raise Refused("link.target", "no address") from error
    if parts.username is not None or parts.password is not None or not target.startswith(f"{origin}"):
        raise Refused("link.target", "an address with a user in it, or oddly written")
    if origin not in origins:
        raise Refused("link.target", f"{origin} is not among the allowed origins")
