"""Opening a distributor's tracked link binds who opens it, if they are known by a session.

The bond is written whatever programmes say of it: they have days, and which bond holds is asked at payment, so it does
not matter in which sequence events come, nor how often.
"""

from datetime import datetime

from pond.channels import links
from pond.channels.events import LinkOpened
from pond.kernel.clock import china_day
from pond.members import identities
from pond.volunteers import service, store_bonds
from pond.volunteers.model import Bond


def link_opened(event: LinkOpened) -> str:
    """Bind who opened it, once for a link; what became of it, for the log."""
    at = datetime.fromisoformat(event.opened_at)
    # Who was forgotten meanwhile has no open any more, and is bound to nobody.
    opens = (one for one in links.opened_by([event.person_id], at, at) if one.link_id == event.link_id)
    opened = next(opens, None)
    if opened is None or not opened.owner_id:
        return "nobody's"
    if service.role_and_level(opened.owner_id, china_day(at), "distributor") is None:
        return "no distributor's"
    member_id = identities.member_of(event.person_id)
    store_bonds.add(Bond(member_id=member_id, person_id=service.current(opened.owner_id), at=at, by_link=True))
    return "bound"
