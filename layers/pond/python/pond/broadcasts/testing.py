"""Versions tried on parts of an audience: which of them won, and what the others get then.

Who is in which part is decided by a hash of the broadcast and the recipient, so the rest is exactly who got no version,
whenever it is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pond.broadcasts import figures, scheduling
from pond.broadcasts.model import Broadcast, Draft, Variant, variant_of
from pond.broadcasts.model_audience import BASIS_POINTS, EVERYBODY, Audience, Every, Share
from pond.broadcasts.model_figures import EFFECTS, Result
from pond.broadcasts.model_versions import LEAST, Measured, winner
from pond.kernel.errors import Refused


def winner_of(broadcast_id: str) -> tuple[Variant, str]:
    """The version that surely did best, and how it was measured, in words. What counts is the strongest effect that
    anybody showed, on a recipient; on a group it is that somebody of it did. Reads all rows of the broadcast.

    Raises:
        NotFound: `broadcast.unknown`.
        Refused: `broadcast.no_winner` while the effect does not tell, with the reason and the figures.
    """
    broadcast, found = scheduling.get(broadcast_id), figures.of(broadcast_id)
    names = [figures.version_of(broadcast, number) for number in range(len(broadcast.variants))]
    if len(names) < 2:
        raise Refused("broadcast.no_winner", f"{broadcast_id} has one version")
    effect = next((one for one in EFFECTS if any(getattr(found.versions[name], one) for name in names)), None)
    if effect is None:
        raise Refused("broadcast.no_winner", "nobody opened, joined or bought after it yet")
    measured = measured_by(broadcast, found, names, effect)
    said = ", ".join(f"{names[one.version]}: {effect} {one.effects} of {one.sent}" for one in measured)
    best = winner(measured)
    if best is None:
        few = any(one.sent < LEAST for one in measured)
        reason = f"each version must reach {LEAST}" if few else "the difference may be chance"
        raise Refused("broadcast.no_winner", f"{reason} ({said})")
    return broadcast.variants[best.version], said


def rest_of(broadcast: Broadcast, variant: Variant, due_at: datetime) -> Draft:
    """The winning version for everyone of the audience whom the test left out.

    Raises:
        Refused: `broadcast.no_rest` when the versions were for the whole audience.
    """
    tried = sum(one.share_bp for one in broadcast.variants)
    if tried >= BASIS_POINTS:
        raise Refused("broadcast.no_rest", f"{broadcast.broadcast_id} tried its versions on everyone")
    parts = () if broadcast.audience.where == EVERYBODY else (broadcast.audience.where,)
    where = Every((*parts, Share(broadcast.broadcast_id, tried, BASIS_POINTS)))
    return Draft(
        broadcast_id=f"{broadcast.broadcast_id}-rest",
        programme_id=broadcast.programme_id,
        variants=(replace(variant, share_bp=BASIS_POINTS),),
        audience=Audience(where, everybody=broadcast.audience.everybody, nobody=True),
        route=broadcast.route,
        due_at=due_at,
        source=f"{broadcast.source}, rest",
        over_cap=broadcast.over_cap,
    )


def measured_by(broadcast: Broadcast, found: Result, names: Sequence[str], effect: str) -> list[Measured]:
    """On how many recipients of each version there was the effect. Links are passed on, so more may do something than
    got it: no part is taken for more than the whole."""
    sent = [found.versions[name].sent for name in names]
    effects = [int(getattr(found.versions[name], effect)) for name in names]
    if broadcast.kind == "group":
        showing = [chat_id for chat_id, one in found.groups.items() if one.sent and getattr(one, effect)]
        whose = [variant_of(broadcast.broadcast_id, broadcast.variants, chat_id) for chat_id in showing]
        effects = [whose.count(number) for number in range(len(names))]
    return [Measured(number, sent[number], min(effects[number], sent[number])) for number in range(len(names))]
