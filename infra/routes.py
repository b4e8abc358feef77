"""The table of docs/security.md: every public route with who may call it, how they prove it, how often, how much.

`python infra/routes.py` prints it from the template's routes and the code's own limits; a test compares.
"""

import importlib
import sys
from dataclasses import dataclass
from typing import Any

from pond.members import model_phones as limits

PAGE, CALLBACK = "pond.web.visit:BODY_MAX", "pond.platforms.xml:MAX_BYTES"
CODES = (
    f"codes a day: {limits.DAILY_PER_PHONE} a phone, {limits.DAILY_PER_ACCOUNT} an account, "
    f"{limits.DAILY_PER_ADDRESS} an address; {limits.BETWEEN_SECONDS} s between two"
)
FORMS = f"forms a day: {limits.FORMS_PER_ACCOUNT} an account, {limits.FORMS_PER_ADDRESS} an address"
SESSION = "session cookie, signed; form token bound to it"


@dataclass(frozen=True)
class Door:
    """Who a function's routes are for. `body` names the code's constant, in bytes; `often` is by route, or for all."""

    caller: str
    proof: str
    body: str
    often: dict[str, str]


DOORS = {
    "official_account": Door(
        "WeChat",
        "signature by our token; sealed (AES) with ours and the app id inside",
        CALLBACK,
        {"": "kept once under its business key"},
    ),
    "wecom": Door(
        "WeCom",
        "signature by our token; sealed (AES) with the corporation's id inside",
        CALLBACK,
        {"": "kept once under its business key"},
    ),
    "youzan": Door(
        "Youzan",
        "`Event-Sign` over the raw body by our secret; our client and shop",
        "pond.platforms.youzan_pushes:SIZE_MAX",
        {"": "kept once under its business key"},
    ),
    "receipts": Door("the SMS vendor", "secret key in the path, compared in constant time", CALLBACK, {"": "-"}),
    "intake": Door(
        "anybody; a person after WeChat's OAuth",
        f"OAuth `state` signed and bound to the browser; {SESSION}",
        PAGE,
        {
            "": "-",
            "POST /p/{programme_id}/book": "one place a person and programme",
            "GET /l/{code}": "counted, asks nobody",
        },
    ),
    "registration": Door(
        "a person",
        SESSION,
        PAGE,
        {
            "": "-",
            "POST /m/{programme_id}": f"{FORMS}; {limits.TRIES} guesses a code",
            "POST /m/{programme_id}/code": CODES,
            "POST /m/{programme_id}/phone/code": CODES,
            "POST /m/{programme_id}/phone": f"{FORMS}; {limits.TRIES} guesses a code",
        },
    ),
    "rights": Door(
        "a person",
        f"{SESSION}; an SMS code for all that shows or changes",
        PAGE,
        {"": "-", "POST /me": f"{limits.TRIES} guesses a code", "POST /me/code": CODES},
    ),
}


def table(template: dict[str, Any]) -> str:
    """The table, as Markdown, of a template that was read.

    Raises:
        KeyError: a function with routes has no line above.
    """
    lines = ["| route | function | who | proven by | at most | body |", "|---|---|---|---|---|---|"]
    for found in template["Resources"].values():
        if found["Type"] != "AWS::Serverless::Function":
            continue
        name = str(found["Properties"]["CodeUri"]).removeprefix("functions/")
        for event in found["Properties"]["Events"].values():
            if event["Type"] == "Api":
                route = f"{event['Properties']['Method'].upper()} {event['Properties']['Path']}"
                lines.append(_line(route, name, DOORS[name]))
    return "\n".join(lines)


def _line(route: str, name: str, door: Door) -> str:
    method = route.partition(" ")[0]
    body = "-" if method == "GET" else f"{_constant(door.body) // 1024} KB"
    often = door.often.get(route, door.often[""])
    return f"| `{route}` | {name} | {door.caller} | {door.proof} | {often} | {body} |"


def _constant(place: str) -> int:
    module, _, name = place.partition(":")
    return int(getattr(importlib.import_module(module), name))


if __name__ == "__main__":
    sys.path.insert(0, "tests")
    from support.template import read

    print(table(read()))
