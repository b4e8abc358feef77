"""Any life of an order: how far it went, in the same second too, refunds in parts, closed after all went back."""

from hypothesis import strategies as st

from support.market import Buyer
from support.shop import WAY, Sale


@st.composite
def lives(draw: st.DrawFn, mother: Buyer) -> Sale:
    """A sale of this buyer's, as it truly went."""
    fens = draw(st.lists(st.integers(0, 30_000), min_size=1, max_size=3))
    sale = mother.buys(*fens, post_fen=draw(st.sampled_from([0, 800])), virtual=draw(st.booleans()))
    for status in WAY[: draw(st.integers(1, len(WAY)))]:
        sale.went(status, seconds=draw(st.sampled_from([0, 1, 90])))
    if len(sale.steps) == 1:
        return sale.went("TRADE_CLOSED") if draw(st.booleans()) else sale
    left, oids = sale.payment_fen, [oid for oid, _ in sale.items]
    for number in range(draw(st.integers(0, 3))):
        fen = draw(st.integers(0, left))
        sale.refunds.append((f"R{number}-{sale.tid}", fen, draw(st.sampled_from(oids))))
        left -= fen
    if draw(st.booleans()):
        sale.refunds.append((f"R9-{sale.tid}", left, ""))
        sale.went("TRADE_CLOSED", seconds=draw(st.sampled_from([0, 1, 90])))
    return sale
