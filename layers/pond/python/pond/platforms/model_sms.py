"""What can become of a text message, and which approved templates a deployment has."""

import re
from dataclasses import dataclass
from enum import StrEnum


class SmsOutcome(StrEnum):
    """`accepted` means by the vendor, not delivered; after `unknown` it may have been sent."""

    ACCEPTED = "accepted"
    LIMITED = "limited"  # the vendor's own limit per number
    QUIET = "quiet"  # a marketing text at an hour when carriers take none: try in the day
    REFUSED = "refused"  # this number, or these words
    MISCONFIGURED = "misconfigured"  # signature, template, balance, credentials: nobody gets any until it is mended
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sent:
    """What the vendor said; `message_id` (Tencent's SerialNo, Aliyun's BizId) names the message in its receipt."""

    outcome: SmsOutcome
    message_id: str = ""


@dataclass(frozen=True)
class Template:
    """An approved template: the vendor's code for it, and its parameters in the order in which they stand in it."""

    code: str
    parameters: tuple[str, ...]


class TextState(StrEnum):
    """How far a text message has come."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


_TEMPLATE = re.compile(r"(?P<name>[a-z0-9_-]+)=(?P<code>[A-Za-z0-9_]+)(:(?P<parameters>[A-Za-z0-9_,]+))?")


def templates_from(text: str) -> dict[str, Template]:
    """Templates by our name for them, from such as `opening=1000002:programme,time birthday=1000003:name`.

    Raises:
        ValueError: not of that form.
    """
    templates: dict[str, Template] = {}
    for entry in text.split():
        found = _TEMPLATE.fullmatch(entry)
        if found is None or found["name"] in templates:
            raise ValueError(f"not a template: {entry}")
        parameters = tuple(found["parameters"].split(",")) if found["parameters"] else ()
        templates[found["name"]] = Template(found["code"], parameters)
    return templates
