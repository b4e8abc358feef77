"""What partners' refusals mean to us: one table per partner, two kinds of error.

What always holds: an error carries the partner's code and the id by which its support finds the call (`rid`, `hint`),
and nothing else of its message, since messages quote openids, phones and addresses.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from pond.kernel.errors import Permanent, Transient


class Meaning(StrEnum):
    """What a caller can do about a refusal; it ends the error's code, as in `wecom.configuration`."""

    BUSY = "busy"  # passes by itself: try later
    TOKEN = "token"  # noqa: S105 (a word, no secret): the access token is no longer right: renew it once
    CONFIGURATION = "configuration"  # our account, secret, address or permission: an operator must act
    UNREACHABLE = "unreachable"  # this person cannot be messaged: not following, refuses, relation gone
    OUTSIDE_WINDOW = "outside_window"  # no custom message left for this person: use another way
    OAUTH_CODE = "oauth_code"  # the login code is wrong, used or late: start the login again
    NO_SUCH_GROUP = "no_such_group"  # not a customer group that this app may see
    NOBODY = "nobody"  # a mass send to no one: none of the targets is this sender's any more
    MEDIA = "media"  # the media id is wrong or its three days are over: upload again
    MALFORMED = "malformed"  # we sent something wrong: a bug
    OTHER = "refused"


class PartnerRefused(Permanent):
    """The partner said no, and would again."""

    def __init__(self, partner: str, errcode: int, meaning: Meaning = Meaning.OTHER, hint: str = "") -> None:
        super().__init__(f"{partner}.{meaning}", f"{errcode} {hint}".strip())
        self.partner = partner
        self.errcode = errcode
        self.meaning = meaning


class PartnerBusy(Transient):
    """The partner did not do it, or could not be asked, and may later. `errcode` is 0 when no answer came."""

    def __init__(self, partner: str, errcode: int, hint: str = "") -> None:
        super().__init__(f"{partner}.busy", f"{errcode} {hint}".strip())
        self.partner = partner
        self.errcode = errcode


def _table(meanings: Mapping[Meaning, tuple[int, ...]]) -> dict[int, Meaning]:
    return {errcode: meaning for meaning, errcodes in meanings.items() for errcode in errcodes}


OFFICIAL_ACCOUNT = _table(
    {
        Meaning.BUSY: (-1, 45009, 45011),
        Meaning.TOKEN: (40001, 40014, 42001),
        Meaning.CONFIGURATION: (40013, 40125, 40164, 40243, 48001, 48004),
        Meaning.UNREACHABLE: (40003, 43004, 43019, 48002, 50005),
        Meaning.OUTSIDE_WINDOW: (45015, 45047),
        Meaning.OAUTH_CODE: (40029, 40163, 41008, 42003),
        Meaning.MEDIA: (40004, 40005, 40006, 40007),
        Meaning.MALFORMED: (40008, 40035, 40037, 45002, 47001, 47003, 61451),
    }
)

WECOM = _table(
    {
        Meaning.BUSY: (-1, 6000, 41063, 41096, 45009, 45033),
        Meaning.TOKEN: (40001, 40014, 42001),
        Meaning.CONFIGURATION: (*(40013, 40098, 41045, 41054, 48002, 50001, 60011, 60020, 60021, 81013, 84074),),
        Meaning.UNREACHABLE: (40096, 84061),
        Meaning.OAUTH_CODE: (40029,),
        Meaning.NO_SUCH_GROUP: (*range(86001, 86009), 86101, *range(90500, 90510)),
        Meaning.NOBODY: (41048,),
        Meaning.MEDIA: (40004, 40005, 40006, 40007),
        Meaning.MALFORMED: (
            *(40003, 40033, 40058, 40063, *range(41037, 41045), 41064, 41091, 47001, 60111, 81017, 86214),
        ),
    }
)

_TRACE = re.compile(r"\b(rid: [0-9a-f-]{8,64}|hint: \[[0-9A-Za-z_-]{1,80}\])")


def trace(errmsg: object) -> str:
    """The `rid: …` or `hint: […]` in a partner's message, or nothing."""
    found = _TRACE.search(str(errmsg))
    return found[1] if found else ""


def error_for(
    partner: str, errcode: int, errmsg: object, meanings: Mapping[int, Meaning]
) -> PartnerRefused | PartnerBusy:
    """The error to raise for an answer whose `errcode` is not 0."""
    meaning = meanings.get(errcode, Meaning.OTHER)
    if meaning is Meaning.BUSY:
        return PartnerBusy(partner, errcode, trace(errmsg))
    return PartnerRefused(partner, errcode, meaning, trace(errmsg))
