"""Stand-in until the reader of audiences is there."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from pond.broadcasts import model_audience as m

_KINDS = {k.__name__: k for k in (m.Audience, m.Every, m.Either, m.Not, m.OneOf, m.Range, m.Bought, m.Happened, m.Share)}


def write(value: Any) -> Any:
    """Audience to JSON values."""
    if is_dataclass(value):
        return {"_": type(value).__name__, **{f.name: write(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, tuple):
        return [write(one) for one in value]
    if isinstance(value, frozenset):
        return {"set": sorted(value)}
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def read(value: Any) -> Any:
    """JSON values to audience."""
    if isinstance(value, list):
        return tuple(map(read, value))
    if isinstance(value, dict):
        if "set" in value:
            return frozenset(value["set"])
        if "at" in value:
            return datetime.fromisoformat(value["at"])
        kind = _KINDS[value.pop("_")]
        return kind(**{name: read(one) for name, one in value.items()})
    return value
