"""The webhook: what it takes, keeps once, and refuses; its answer is all the shop learns."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from pond.kernel import settings
from pond.kernel.errors import NotFound, Transient
from pond.orders import reading
from pond.platforms import inbox, store_inbox
from support import market
from support.crashes import explore
from support.market import Buyer, Post, callback_id, knock, stored
from support.shop import Pushed
from support.storefront import pushed_body, signature

pytestmark = pytest.mark.usefixtures("later", "dead")
Somebody = Callable[..., Buyer]
DONE = (200, '{"code":0,"msg":"success"}')


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The metrics that the webhook counts."""
    names: list[str] = []
    monkeypatch.setattr(market.function("youzan"), "count", lambda name, value=1: names.append(name))
    monkeypatch.setattr("pond.web.callbacks.count", lambda name, value=1: names.append(name))
    yield names


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The codes in what was logged."""
    return [str(code) for record in caplog.records if (code := getattr(record, "code", ""))]


def paid(somebody: Somebody) -> Pushed:
    return somebody().buys().went("WAIT_BUYER_PAY", "TRADE_PAID").pushes()[-1]


def test_a_push_is_kept_sealed_and_answered_before_anything_follows(somebody: Somebody, counted: list[str]) -> None:
    post = Post(paid(somebody))
    assert post.knock() == DONE
    assert reading.get(post.pushed.id) is None
    kept = inbox.load(callback_id(post.body))
    assert (kept.source, kept.kind) == ("youzan", "trade_TradePaid")
    assert kept.fields["msg"] == post.pushed.msg
    assert post.knock() == DONE
    assert counted == ["CallbackReceived", "CallbackRepeated"]
    assert inbox.about(post.pushed.id) == [callback_id(post.body)]


def test_head_office_and_branch_push_one_thing(somebody: Somebody, counted: list[str]) -> None:
    pushed = paid(somebody)
    assert Post(pushed).knock() == Post(pushed).knock() == DONE
    assert counted == ["CallbackReceived", "CallbackRepeated"]


def test_two_partial_refunds_of_one_second_are_two(somebody: Somebody, counted: list[str]) -> None:
    sale = somebody().buys(1_000, 2_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
    for refund_id in ("R1", "R2"):
        for pushed in (sale.refund_pushes(refund_id, 500, "")[i] for i in (3, 4)):
            Post(pushed).go()
    assert counted == ["CallbackReceived"] * 4


def test_what_is_no_order_is_kept_by_its_own_id_and_nothing_follows(counted: list[str], dead: Any) -> None:
    for type_ in ("SCRM_CUSTOMER_EVENT", "POINTS", "something_new"):
        post = Post(Pushed(type_, "", "", 0, {"mobile": "x"}))
        post.go()
        assert inbox.load(callback_id(post.body)).kind == type_
    assert counted == ["CallbackReceived"] * 3
    assert dead.take() == []


def test_a_test_push_is_answered_and_not_kept(somebody: Somebody, counted: list[str]) -> None:
    post = Post(paid(somebody), changes={"test": True})
    assert post.knock() == DONE
    assert counted == ["CallbackTest"]
    with pytest.raises(NotFound):
        inbox.load(callback_id(post.body))


def test_the_same_push_four_times_at_once_is_kept_once_and_booked_once(somebody: Somebody, counted: list[str]) -> None:
    mother = somebody()
    mother.register()
    sale = mother.buys(5_000).went("WAIT_BUYER_PAY", "TRADE_PAID")
    post = Post(sale.pushes()[-1])
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: post.knock(), range(4))) == [DONE] * 4
        list(pool.map(lambda _: post.work(), range(4)))
    assert sorted(counted) == ["CallbackReceived"] + ["CallbackRepeated"] * 3
    assert (stored(sale).revision, [one.amount_fen for one in market.entries(sale)]) == (1, [500])


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        (lambda body: (body, "0" * 32), 403, "callback.signature"),
        (lambda body: (body, None), 403, "callback.signature"),
        (lambda body: (body.replace(b"10001", b"10002"), ""), 403, "callback.foreign_receiver"),
        (lambda body: (body.replace(b"ydemo123456", b"ydemo999999"), ""), 403, "callback.foreign_receiver"),
        (lambda body: (b"{" + body, ""), 400, "callback.json"),
        (lambda body: (b"[]", ""), 400, "callback.json"),
        (lambda body: (b"\xff\xfe", ""), 400, "callback.json"),
        (lambda body: (body + b" " * 600_000, ""), 413, "callback.too_large"),
    ],
)
def test_what_is_not_to_be_believed_is_refused_without_the_word_they_look_for(
    somebody: Somebody,
    counted: list[str],
    changed: Callable[[bytes], tuple[bytes, str | None]],
    status: int,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    body, sign = changed(Post(paid(somebody)).body)
    answer = knock(body, signature(body) if sign == "" else sign)
    assert answer[0] == status and "success" not in answer[1]
    assert counted == ["CallbackRefused"]
    assert refusals(caplog) == [code]


@pytest.mark.parametrize("twice", [lambda text: quote(quote_plus(text)), lambda text: quote_plus(json.dumps(text))])
def test_a_message_encoded_twice_is_refused(
    somebody: Somebody, twice: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    pushed = paid(somebody)
    body = pushed_body(pushed, "m", msg=twice(json.dumps(pushed.msg)))
    assert knock(body)[0] == 400
    assert refusals(caplog) == ["callback.double_encoded"]


def test_the_bodys_own_sign_counts_only_if_the_setting_says_so(
    somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = Post(paid(somebody)).body
    assert knock(body, None)[0] == 403
    monkeypatch.setenv("POND_YOUZAN_BODY_SIGN", "true")
    settings.settings.cache_clear()
    try:
        assert knock(body, None) == DONE
        assert knock(body, "0" * 32)[0] == 403
    finally:
        monkeypatch.undo()
        settings.settings.cache_clear()


def test_what_could_not_be_kept_is_not_acknowledged(somebody: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(paid(somebody))
    with monkeypatch.context() as broken:
        broken.setattr(store_inbox, "add", lambda _: (_ for _ in ()).throw(Transient("tables.down")))
        assert post.knock() == (500, "failed")
    with pytest.raises(NotFound):
        inbox.load(callback_id(post.body))
    assert post.knock() == DONE


def test_wherever_receiving_crashes_the_next_delivery_is_kept(somebody: Somebody) -> None:
    def delivered(post: Post) -> None:
        assert post.knock() == DONE
        assert inbox.load(callback_id(post.body)).fields["msg"] == post.pushed.msg

    explore(lambda: Post(paid(somebody)), delivered, lambda post: None)
