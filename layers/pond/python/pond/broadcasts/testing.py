"""Versions tried on parts of an audience: what the others get once one of them has won.

Who is in which part is decided by a hash of the broadcast and the recipient, so the rest is exactly who got no version,
whenever it is asked.
"""

from dataclasses import replace
from datetime import datetime

from pond.broadcasts.model import Broadcast, Draft, Variant
from pond.broadcasts.model_audience import BASIS_POINTS, Audience, Every, Share
from pond.kernel.errors import Refused


def rest_of(broadcast: Broadcast, variant: Variant, due_at: datetime) -> Draft:
    """The winning version for everyone of the audience whom the test left out.

    Raises:
        Refused: `broadcast.no_rest` when the versions were for the whole audience.
    """
    tried = sum(one.share_bp for one in broadcast.variants)
    if tried >= BASIS_POINTS:
        raise Refused("broadcast.no_rest", f"{broadcast.broadcast_id} tried its versions on everyone")
    where = Every((broadcast.audience.where, Share(broadcast.broadcast_id, tried, BASIS_POINTS)))
    return Draft(
        broadcast_id=f"{broadcast.broadcast_id}-rest",
        programme_id=broadcast.programme_id,
        variants=(replace(variant, share_bp=BASIS_POINTS),),
        audience=Audience(where, everybody=broadcast.audience.everybody, nobody=True),
        route=broadcast.route,
        due_at=due_at,
        source=f"{broadcast.source}, rest",
    )
