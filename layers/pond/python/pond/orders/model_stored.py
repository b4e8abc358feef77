"""An order as it stands in its table: what was told of it, who bought, whom it counts for, what was booked.

What always holds: whom an order counts for, and at which rates, is decided once (`attribution`, `terms`). `booked_fen`
is what its `booked_count` entries in the ledger come to.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from pond.orders.model_attribution import Attribution
from pond.orders.model_ledger import Terms
from pond.orders.model_order import Buyer, Order

_CHINA = timezone(timedelta(hours=8))
SHOP = "shop"  # stands for a callback's id where what was refused is the shop's own detail
OVERDRAWN = "order.overdrawn"


@dataclass(frozen=True, kw_only=True)
class Ids:
    """Who a buyer may be, as pseudonyms: of an openid (a follower), a phone, a unionid (an account)."""

    openid: str | None = None
    phone: str | None = None
    account: str | None = None


@dataclass(frozen=True, kw_only=True)
class Parked:
    """What was told and could not be taken, and why; a person looks at it. `source`: the kept callback, or SHOP."""

    source: str
    code: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StoredOrder:
    """One row. `revision` grows by one with each change. `learnt`: who bought, as the shop said when asked
    (`asked_at`). `forgotten_at`: who bought was forgotten; nobody is looked for, whatever is told of them."""

    order: Order
    revision: int = 0
    member_id: str | None = None
    attribution: Attribution | None = None
    terms: Terms | None = None
    booked_fen: int = 0
    booked_count: int = 0
    parked: tuple[Parked, ...] = ()
    learnt: Ids = Ids()
    asked_at: datetime | None = None
    forgotten_at: datetime | None = None
    first_seen_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def tid(self) -> str:
        """The shop's number of the order."""
        return self.order.tid

    @property
    def programme_id(self) -> str:
        """The programme it counts for; empty while that is not known."""
        return self.attribution.programme_id if self.attribution else ""

    @property
    def paid_in(self) -> str:
        """The programme and China day of its payment, by which members are found; empty while one is not known."""
        if not (self.member_id and self.programme_id and self.order.paid_at):
            return ""
        return f"{self.programme_id}~{self.order.paid_at.astimezone(_CHINA).date()}"

    @property
    def parked_reason(self) -> str:
        """Why a person must look at it; empty when nobody must."""
        if self.order.overdrawn:
            return OVERDRAWN
        return max(self.parked, key=lambda one: one.at).code if self.parked else ""

    @property
    def unmatched(self) -> bool:
        """It is paid, and nobody knows by whom."""
        return self.order.paid_at is not None and self.member_id is None and self.forgotten_at is None

    @property
    def ids(self) -> Ids:
        """By what its buyer may be found: what the order itself says comes before what the shop said when asked."""
        told = self.order.buyer
        return Ids(
            openid=told.openid.value if told.openid else self.learnt.openid,
            phone=told.phone.value if told.phone else self.learnt.phone,
            account=self.learnt.account,
        )

    @property
    def buyer_id(self) -> str | None:
        """The pseudonym of the shop's own id of the buyer."""
        return self.order.buyer.yz_open_id.value if self.order.buyer.yz_open_id else None

    @property
    def to_ask(self) -> tuple[str, ...]:
        """What a look at the shop would bring; nothing once the shop says that there is no such order."""
        if any(one.source == SHOP for one in self.parked):
            return ()
        buyer = ("buyer",) if self.unmatched and self.asked_at is None and self.buyer_id else ()
        return (*sorted(self.order.missing), *buyer)

    def becomes(self, kept: str, merged: str) -> "StoredOrder":
        """The same as `kept`'s, if it was that of `merged`, who was found to be them. Whom it counts for stays."""
        return replace(self, member_id=kept) if self.member_id == merged else self

    def forgets_its_buyer(self, at: datetime) -> "StoredOrder":
        """The same without the person: what was bought, whom it counts for and what is booked stay."""
        order = replace(self.order, buyer=Buyer())
        return replace(self, order=order, member_id=None, learnt=Ids(), asked_at=None, forgotten_at=at)

    def says_the_same(self, other: "StoredOrder | None") -> bool:
        """Whether only counters of change differ."""
        if other is None:
            return False
        return self == replace(other, revision=self.revision, changed_at=self.changed_at)
