"""Blocks as values: against a phone, a WeChat account, a WeCom contact, or a pattern of names."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Literal

BlockKind = Literal["phone", "account", "contact", "name"]
PATTERN_MIN = 2  # characters beside the wildcards: fewer would turn away half the town


@dataclass(frozen=True)
class Block:
    """Who is turned away, and why. `value` is a pseudonym, or a name pattern as it was given."""

    kind: BlockKind
    value: str
    reason: str
    blocked_at: datetime

    @property
    def block_id(self) -> str:
        """What stands for the block on the rows of those it turns away."""
        return block_id(self.kind, self.value)


def block_id(kind: BlockKind, value: str) -> str:
    """The id of the block against this."""
    return f"{kind}~{value}"


def is_pattern(text: str) -> bool:
    """Whether a text can serve as a name pattern: `*` and `?` stand for any characters and any one."""
    return len(plain(text).replace("*", "").replace("?", "")) >= PATTERN_MIN


def matches(pattern: str, name: str) -> bool:
    """Whether a name is of the pattern, however it is spaced, and in whatever width and case it is written."""
    return fnmatchcase(plain(name), plain(pattern).replace("[", "[[]"))


def plain(text: str) -> str:
    """A text without what spammers vary: spaces, invisible characters, width, case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC")
