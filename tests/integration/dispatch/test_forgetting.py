"""Who is forgotten stands in no target and no response, and every figure counts on."""

import pytest

from pond.broadcasts import forgetting, optouts, store_responses, store_targets
from pond.broadcasts.model_targets import Sheet, Target
from pond.kernel.errors import Transient
from support.castings import Casting
from support.traces import traces


def test_a_made_up_name_stands_in_the_place_of_each(casting: Casting) -> None:
    unique = casting.unique
    her, other, broadcast_id = unique("member"), unique("member"), unique("b")
    targets = (Target(recipient_id=other, variant=0), Target(recipient_id=her, variant=1, reason="blocked"))
    store_targets.put_sheet(Sheet(broadcast_id, 0, None, her, targets))
    store_targets.put_sheet(Sheet(broadcast_id, 1, her, None, ()))
    store_targets.put_list(broadcast_id, "c1", [her, other])
    store_responses.put(broadcast_id, "opened", "1", "~", her)
    store_responses.put(broadcast_id, "opened", "1", "~", other)
    optouts.opt_out(her, casting.time.now)
    forgetting.forget(her)
    taken = forgetting.sweep({her})
    assert taken == {"targets": 3, "responses": 1}
    assert traces([her]) == {} and traces([other]).keys() == {other}
    sheet = store_targets.sheet(broadcast_id, 0)
    assert [(one.variant, one.reason) for one in sheet.targets] == [(0, None), (1, "blocked")]
    assert store_targets.list_of(broadcast_id, "c1") == [sheet.targets[1].recipient_id, other]
    assert len(list(store_responses.of(broadcast_id))) == 2
    assert forgetting.sweep({her}) == {}


def test_nobody_is_renamed_where_a_page_is_yet_to_begin(casting: Casting) -> None:
    her, broadcast_id = casting.unique("member"), casting.unique("b")
    store_targets.put_sheet(Sheet(broadcast_id, 0, None, her, (Target(recipient_id=her, variant=0),)))
    with pytest.raises(Transient):
        forgetting.sweep({her})
    store_targets.put_sheet(Sheet(broadcast_id, 1, her, None, ()))
    assert forgetting.sweep({her})["targets"] == 2
