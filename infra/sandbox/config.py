"""What the sandbox and Pond must agree on: credentials and addresses, from JSON, changeable while running."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

DEFAULTS = Path(__file__).with_name("credentials.json")


class WrongConfig(Exception):
    """A part that doesn't exist, or has another shape."""


def load(path: Path = DEFAULTS) -> dict[str, Any]:
    """The document, with the defaults for what it leaves out."""
    document: dict[str, Any] = json.loads(DEFAULTS.read_text("utf-8"))
    document |= {"h5_target": "", "public_origin": "http://localhost:8900"}
    return document if path == DEFAULTS else merged(document, json.loads(path.read_text("utf-8")))


def merged(document: dict[str, Any], change: dict[str, Any], where: str = "") -> dict[str, Any]:
    """A copy of the document with the change's values. Maps of free names (templates) are replaced whole.

    Raises:
        WrongConfig: naming the place.
    """
    result = deepcopy(document)
    for key, value in change.items():
        place = f"{where}{key}"
        if key not in result or type(value) is not type(result[key]):
            raise WrongConfig(place)
        if isinstance(value, dict) and key != "templates":
            result[key] = merged(result[key], value, f"{place}.")
        else:
            result[key] = deepcopy(value)
    return result
