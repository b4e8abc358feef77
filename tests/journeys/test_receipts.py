"""Texts and their receipts, from the vendor's array to the tables and to the broadcast they are of, through the
deployed functions and their permissions."""

import json
import os
import subprocess
import sys

from local.partners import RECEIPT_KEY
from support.cloud import ROOT
from support.journeys import Mother, Pond, eventually

SEND = """
import json, sys
from pond.kernel import clock
from pond.platforms import sms_notices
given = json.load(sys.stdin)
said = {"name": "小满", "topic": "睡眠课"}
print(sms_notices.send(given["phone"], "evening", said, "b-receipt/000000.0/7", clock.now()).text_id)
"""


def send(pond: Pond, mother: Mother) -> str:
    """Send a notice as a worker would; its id."""
    environment = {**os.environ, **pond.town.environment(), "PYTHONPATH": str(ROOT / "layers/pond/python")}
    done = subprocess.run(
        [sys.executable, "-c", SEND],
        env=environment,
        input=json.dumps({"phone": mother.phone}),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def state(pond: Pond, text_id: str) -> str:
    name = f"{pond.town.environment()['POND_PREFIX']}-texts"
    found = pond.town.cloud.client("dynamodb").get_item(TableName=name, Key={"text_id": {"S": text_id}})
    return str(found["Item"]["state"]["S"])


def heard(pond: Pond) -> list[tuple[str, str]]:
    """What the broadcast has heard of its texts: where in it, and the outcome."""
    name = f"{pond.town.environment()['POND_PREFIX']}-responses"
    found = pond.town.cloud.client("dynamodb").query(
        TableName=name,
        KeyConditionExpression="broadcast_id = :id",
        ExpressionAttributeValues={":id": {"S": "b-receipt"}},
    )
    return [(row["response_id"]["S"], row["outcome"]["S"]) for row in found["Items"]]


def test_a_notice_arrives_and_its_receipt_is_noted_once(pond: Pond, mother: Mother) -> None:
    with pond.switched(sms__receipts_repeat=2, sms__receipts_unknown=True):
        text_id = send(pond, mother)
        assert eventually(lambda: state(pond, text_id) == "delivered", "the receipt")
        assert eventually(lambda: heard(pond), "the broadcast hears of it") == [("receipt/000000.0/7", "delivered")]
        assert pond.control.do("POST", "/settle", {"seconds": 45})["settled"]
    arrays = pond.control.do("GET", "/callbacks?platform=sms")["callbacks"]
    assert {(one["status"], one["attempts"][0]["answer"]) for one in arrays} == {
        ("delivered", '{"result":0,"errmsg":"OK"}')
    }
    messages = pond.control.do("GET", f"/people/{mother.person_id}/sms")["messages"]
    assert messages[-1]["text"].endswith("小满您好，睡眠课今晚八点开始，我们群里见。")
    assert pond.logged(mother.phone.removeprefix("+86")) == []


def test_what_is_no_receipt_is_refused(pond: Pond) -> None:
    json_type = {"Content_Type": "application/json"}
    before = pond.stored("callbacks")
    assert pond.http("POST", "/receipts/tencent/guess", b"[]", **json_type).status == 403
    assert pond.http("POST", f"/receipts/pigeon/{RECEIPT_KEY}", b"[]", **json_type).status == 403
    for body in (b"", b"{}", b"\xff\xfe", b"[" * 5000):
        assert pond.http("POST", f"/receipts/tencent/{RECEIPT_KEY}", body, **json_type).status == 400
    assert pond.http("POST", f"/receipts/tencent/{RECEIPT_KEY}", b"x" * 70_000, **json_type).status == 413
    assert pond.http("GET", f"/receipts/tencent/{RECEIPT_KEY}").status in (403, 404, 405)
    answer = pond.http("POST", f"/receipts/tencent/{RECEIPT_KEY}", b'[null, 1, {"sid": 1}]', **json_type)
    assert (answer.status, answer.text) == (200, '{"result":0,"errmsg":"OK"}')
    assert answer.headers["Content-Type"].startswith("application/json")
    assert pond.stored("callbacks") == before
