"""After an order: tagged, thanked and reached, each at most once, whatever crashes, overlaps or stays unanswered."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from pond.broadcasts import almanac, timing
from pond.channels import codes, followers, keywords
from pond.kernel.aws import client
from pond.kernel.errors import Permanent, PondError, Transient
from pond.kernel.ids import pseudonym
from pond.kernel.sealing import seal
from pond.kernel.settings import forget, settings
from pond.members.store_phones import PhoneRow
from pond.orders import changing, history, outreach, outreach_due, store_outreach
from pond.orders.events import OrderMatched, OrderPaid
from pond.orders.model_outreach import LOOKS, Task
from pond.orders.model_pushes import read_detail
from pond.platforms import sms, sms_notices, texts
from pond.platforms.model_sms import Sent, SmsOutcome, TextState
from support import calls, market
from support.calls import SILENCE, Vendor
from support.cloud import Cloud
from support.crashes import explore
from support.market import Buyer
from support.shop import CREATED
from support.wechat import CUSTOM, WeChat, running

MORNING = datetime(2024, 1, 2, 2, 0, tzinfo=UTC)  # 10:00 in China, the morning after the order
NIGHT = datetime(2024, 1, 1, 19, 30, tzinfo=UTC)  # 03:30


@pytest.fixture(scope="module", autouse=True)
def credentials(cloud: Cloud) -> None:
    client("secretsmanager").create_secret(Name=f"{cloud.prefix}/calls", SecretString=json.dumps(calls.SECRET))


@pytest.fixture(autouse=True)
def by_call(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with calls.running() as vendor, running() as account:
        for name, value in {
            "OUTREACH_ROUTE": "call",
            "OUTREACH_CONSENTS": "2026-10 2026-11",
            "CALLS_URL": vendor.url,
            "OFFICIAL_ACCOUNT_URL": account.url,
        }.items():
            monkeypatch.setenv(f"POND_{name}", value)
        forget()
        vendor.account = account  # type: ignore[attr-defined]
        yield vendor
    monkeypatch.undo()
    forget()


@pytest.fixture
def account(by_call: Vendor) -> WeChat:
    found: WeChat = by_call.account  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True)
class Bought:
    """A member and an order of theirs."""

    buyer: Buyer
    tid: str

    @property
    def person_id(self) -> str:
        return pseudonym("phone", f"+86{self.buyer.mobile}")

    @property
    def follower_id(self) -> str:
        return followers.follower_id(self.buyer.openid)

    @property
    def event(self) -> OrderPaid:
        return OrderPaid(tid=self.tid, member_id=self.buyer.member_id, programme_id=self.buyer.programme_id)

    def task(self) -> Task | None:
        return store_outreach.get(self.person_id, f"task~{self.tid}")

    def state(self) -> str:
        task = self.task()
        return task.state if task else "none"

    def take(self, now: datetime) -> str:
        return outreach.take({"person_id": self.person_id, "task_id": f"task~{self.tid}"}, now, timing.holidays)


@pytest.fixture
def bought(somebody: Callable[..., Buyer]) -> Callable[..., Bought]:
    """Makes a member who wrote to the account lately and bought something."""

    def make(buyer: Buyer | None = None) -> Bought:
        if buyer is None:
            buyer = somebody()
            buyer.register()
            followers.said(buyer.openid, MORNING - timedelta(hours=8))
            phone_id = pseudonym("phone", f"+86{buyer.mobile}")
            personal = json.dumps({"name": "安娜", "phone": f"+86{buyer.mobile}", "day": None}).encode()
            PhoneRow(phone_id).update([PhoneRow.sealed.set(seal(personal, f"phones/{phone_id}"))])
        sale = buyer.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
        changing.told([read_detail(sale.full())], MORNING)
        return Bought(buyer, sale.tid)

    return make


Make = Callable[..., Bought]


def test_who_bought_is_tagged_thanked_and_called_once(bought: Make, by_call: Vendor, account: WeChat) -> None:
    here = bought()
    for event in (here.event, here.event, OrderMatched(**here.event.__dict__)):
        outreach.after_order(event, MORNING)
    follower = followers.get(here.follower_id)
    assert follower is not None and "paid" in follower.tags
    (thanks,) = account.sent(CUSTOM)
    assert "谢谢" in thanks["text"]["content"]
    assert [here.take(MORNING), here.take(MORNING)] == ["accepted", "accepted"]
    assert by_call.asked == [(here.buyer.mobile, here.tid)]


def test_who_wants_quiet_is_not_written_to(bought: Make, account: WeChat) -> None:
    here = bought()
    followers.set_quiet(here.follower_id, MORNING)
    assert outreach.after_order(here.event, MORNING).startswith("thanks quiet")
    assert account.sent(CUSTOM) == []
    followers.set_quiet(here.follower_id, None)
    outreach.after_order(here.event, MORNING)
    assert len(account.sent(CUSTOM)) == 1


def test_they_say_so_to_the_account_themselves(bought: Make) -> None:
    here = bought()
    codes.create_channel(here.buyer.programme_id, "海报", "poster", (), here.buyer.programme_id, MORNING)
    followers.follow(here.buyer.openid, here.buyer.programme_id, MORNING)  # by a code of the programme that answers

    def says(text: str) -> bool:
        follower = followers.get(here.follower_id)
        assert follower is not None
        keywords.answer(text, follower, MORNING)
        after = followers.get(here.follower_id)
        return after is not None and after.quiet_since is not None

    assert [says("我要退订"), says("收费吗"), says("恢复消息")] == [True, True, False]


def test_a_second_order_within_the_days_reaches_nobody_again(bought: Make, by_call: Vendor) -> None:
    first = bought()
    second = bought(first.buyer)
    for here in (first, second):
        outreach.after_order(here.event, MORNING)
    assert (first.state(), second.state()) == ("waiting", "none")
    outreach.after_order(second.event, MORNING + timedelta(hours=1))
    assert second.state() == "none"


def test_after_the_days_they_may_be_reached_again(bought: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POND_OUTREACH_DAYS", "1")
    forget()
    first = bought()
    outreach.after_order(first.event, MORNING - timedelta(hours=5))
    second = bought(first.buyer)
    outreach.after_order(second.event, MORNING + timedelta(hours=18))
    outreach.after_order(second.event, MORNING + timedelta(hours=19))
    assert second.state() == "waiting"


def test_at_night_they_are_left_alone_until_morning(bought: Make, by_call: Vendor) -> None:
    here = bought()
    outreach.after_order(here.event, NIGHT)
    task = here.task()
    assert task and task.due_at == MORNING - timedelta(hours=1)  # 09:00
    assert here.take(NIGHT) == "waiting"
    key = (here.person_id, task.task_id)
    assert key not in store_outreach.due(NIGHT, 1_000)
    assert key in store_outreach.due(MORNING, 1_000)
    assert here.take(MORNING) == "accepted"
    assert key not in store_outreach.due(MORNING, 1_000)


def test_on_the_programmes_holidays_they_are_left_alone(bought: Make, by_call: Vendor) -> None:
    here = bought()
    outreach.after_order(here.event, MORNING)
    almanac.apply(here.buyer.programme_id, {"holidays": [{"from": "2024-01-02", "to": "2024-01-03"}]}, MORNING)
    assert here.take(MORNING) == "waiting"
    task = here.task()
    assert task and task.due_at == MORNING + timedelta(days=2, hours=-1)  # 09:00 on the day after
    assert by_call.asked == []
    assert here.take(task.due_at) == "accepted"


def test_nobody_is_reached_without_consent(bought: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, told in (("CONSENTS", "2026-10", "no_consent"), ("ROUTE", "off", "off")):
        monkeypatch.setenv(f"POND_OUTREACH_{name}", value)
        forget()
        here = bought()
        assert outreach.after_order(here.event, MORNING).endswith(told)
        assert here.state() == "none"


def test_who_refused_is_never_reached(bought: Make, by_call: Vendor) -> None:
    here, planned = bought(), bought()
    outreach.refuse(here.person_id, "said so on the phone", "ops", MORNING)
    outreach.after_order(here.event, MORNING)
    assert here.state() == "none"
    outreach.after_order(planned.event, MORNING)
    outreach.refuse(planned.person_id, "complained", "ops", MORNING)
    assert planned.take(MORNING) == "dropped"
    assert by_call.asked == []
    mine = [one for one in outreach.refusals() if one.person_id == planned.person_id]
    assert [(one.reason, one.by, one.at) for one in mine] == [("complained", "ops", MORNING)]
    outreach.allow(here.person_id)
    outreach.after_order(here.event, MORNING)
    assert here.state() == "waiting"


def test_a_vendor_that_does_not_answer_is_never_asked_again(bought: Make, by_call: Vendor) -> None:
    here = bought()
    outreach.after_order(here.event, MORNING)
    by_call.scripted = [SILENCE]
    assert [here.take(MORNING) for _ in range(3)] == ["unknown"] * 3
    assert len(by_call.asked) == 1


def test_a_busy_vendor_is_asked_later_and_a_number_on_its_list_never(bought: Make, by_call: Vendor) -> None:
    here, listed = bought(), bought()
    for one in (here, listed):
        outreach.after_order(one.event, MORNING)
    by_call.scripted = ["busy", "balance"]
    by_call.refused = {listed.buyer.mobile}
    assert [here.take(MORNING), here.take(MORNING)] == ["busy", "busy"]
    task = here.task()
    assert task and (task.state, task.due_at) == ("waiting", MORNING + outreach.BUSY)
    assert here.take(MORNING + outreach.BUSY) == "accepted"
    assert listed.take(MORNING) == "refused"


def test_a_text_goes_by_the_approved_template(bought: Make, monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    monkeypatch.setenv("POND_OUTREACH_ROUTE", "sms")
    forget()
    here = bought()
    outreach.after_order(here.event, MORNING)
    with pytest.raises(Permanent):  # the deployment has no such template
        here.take(MORNING)
    assert here.state() == "waiting"
    sent = texting(monkeypatch)
    assert here.take(MORNING + outreach.BUSY) == "accepted"
    assert sent == [(f"+86{here.buyer.mobile}", here.tid)]


def texting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A vendor of texts that accepts; whom, for which order. A text's id at the vendor is the order's number."""
    monkeypatch.setenv("POND_OUTREACH_ROUTE", "sms")
    forget()
    monkeypatch.setattr(sms_notices, "secret", lambda name: {"notice_templates": "outreach=SMS_1"})
    sent: list[tuple[str, str]] = []

    def send(phone: str, template: object, parameters: object, reference: str) -> Sent:
        sent.append((phone, reference))
        return Sent(SmsOutcome.ACCEPTED, reference)

    monkeypatch.setattr(sms, "send", send)
    return sent


def receipt(here: Bought, state: TextState, reason: str) -> None:
    """What the vendor says of the text."""
    told = texts.Receipt(here.tid, f"+86{here.buyer.mobile}", state, reason, {})
    texts.take(settings().sms_vendor, told, MORNING)


@pytest.mark.parametrize(("state", "reason"), [(TextState.DELIVERED, "DELIVRD"), (TextState.FAILED, "UNDELIV")])
def test_a_texts_receipt_is_noted_once_on_its_task(
    bought: Make, monkeypatch: pytest.MonkeyPatch, state: TextState, reason: str
) -> None:
    sent, here = texting(monkeypatch), bought()
    outreach.after_order(here.event, MORNING)
    assert here.take(MORNING) == "accepted"
    first_look = MORNING + LOOKS[0]
    key = (here.person_id, f"task~{here.tid}")
    assert key not in store_outreach.due(MORNING + LOOKS[0] / 2, 1_000)
    assert key in store_outreach.due(first_look, 1_000)
    assert here.take(first_look) == "accepted"  # none came yet
    assert key not in store_outreach.due(first_look, 1_000)
    receipt(here, state, reason)
    receipt(here, TextState.FAILED, "again")
    assert [here.take(MORNING + LOOKS[1]) for _ in range(2)] == [state.value, state.value]
    task = here.task()
    assert task and (task.state, task.reason, task.changed_at) == (state.value, reason, MORNING + LOOKS[1])
    assert key not in store_outreach.due(MORNING + LOOKS[-1], 1_000)
    assert len(sent) == 1
    found = history.of(here.tid)
    assert found and [(one.route, one.state, one.reason) for one in found.tasks] == [("sms", state.value, reason)]


def test_a_receipt_that_never_comes_is_looked_for_five_times(bought: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    texting(monkeypatch)
    here = bought()
    outreach.after_order(here.event, MORNING)
    here.take(MORNING)
    looks = 0
    while here.task() and (here.person_id, f"task~{here.tid}") in store_outreach.due(MORNING + LOOKS[-1], 1_000):
        assert here.take(MORNING + LOOKS[looks]) == "accepted"
        looks += 1
    assert (looks, here.state()) == (len(LOOKS), "accepted")


def test_what_operators_see_does_not_wait_for_the_next_look(bought: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    texting(monkeypatch)
    here = bought()
    outreach.after_order(here.event, MORNING)
    here.take(MORNING)
    receipt(here, TextState.DELIVERED, "DELIVRD")
    found = history.of(here.tid)
    assert found and [one.state for one in found.tasks] == ["delivered"]
    assert here.state() == "accepted"


def test_an_old_order_whose_buyer_becomes_known_is_tagged_only(bought: Make, account: WeChat) -> None:
    here = bought()
    assert outreach.after_order(here.event, CREATED + timedelta(days=30)) == "tagged"
    assert (here.state(), account.sent(CUSTOM)) == ("none", [])


def test_reaching_survives_a_crash_at_any_call(
    bought: Make, by_call: Vendor, record_property: Callable[[str, object], None]
) -> None:
    clock = {"now": MORNING}

    def scene() -> Bought:
        clock["now"] = MORNING
        by_call.asked.clear()
        return bought()

    def act(here: Bought) -> None:
        now = clock["now"]
        clock["now"] = now + outreach.CLAIM
        outreach.after_order(here.event, now)
        here.take(now)

    def settled(here: Bought) -> None:
        assert len(by_call.asked) <= 1
        assert here.state() == ("accepted" if by_call.asked and here.state() != "unknown" else "unknown")

    record_property("crash_points", explore(scene, act, settled))


def test_a_claim_is_respected_while_somebody_may_be_asking(bought: Make, by_call: Vendor) -> None:
    here = bought()
    outreach.after_order(here.event, MORNING)
    task = here.task()
    assert task and store_outreach.claim(task, MORNING)
    with pytest.raises(Transient):
        here.take(MORNING + timedelta(seconds=30))
    assert here.take(MORNING + outreach.CLAIM) == "unknown"
    assert by_call.asked == []


def test_what_is_due_is_handed_to_the_worker(bought: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    url = client("sqs").create_queue(QueueName=f"due-{secrets.token_hex(4)}")["QueueUrl"]
    monkeypatch.setenv("POND_ORDER_QUEUE_URL", url)
    forget()
    here = bought()
    outreach.after_order(here.event, MORNING)
    assert outreach_due.plan(MORNING) >= 1
    found = []
    while messages := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    mine = [one for one in found if one["detail"]["person_id"] == here.person_id]
    detail = {"person_id": here.person_id, "task_id": f"task~{here.tid}"}
    assert [(one["detail-type"], one["detail"]) for one in mine] == [("outreach.due", detail)]
    assert here.buyer.mobile not in json.dumps(found)


def test_of_two_workers_one_asks(bought: Make, by_call: Vendor) -> None:
    from concurrent.futures import ThreadPoolExecutor

    here = bought()
    outreach.after_order(here.event, MORNING)

    def take(_: int) -> str:
        try:
            return here.take(MORNING)
        except PondError as error:
            assert error.retryable
            return "again"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take, range(4)))
    assert len(by_call.asked) == 1
    assert here.state() == "accepted"


def test_the_worker_does_it_when_told(bought: Make, by_call: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pond.kernel.clock.now", lambda: MORNING)
    here = bought()
    event = here.event
    due = {"detail-type": outreach_due.DUE, "detail": {"person_id": here.person_id, "task_id": f"task~{here.tid}"}}
    matched = OrderMatched(tid=here.tid, member_id=here.buyer.member_id, programme_id=here.buyer.programme_id)
    told = [{"detail-type": one.name, "detail": one.detail()} for one in (event, matched)]
    assert market.work([*told, due, due]) == 0
    assert by_call.asked == [(here.buyer.mobile, here.tid)]
