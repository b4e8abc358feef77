"""The call vendor: signed requests, each callee once, and what a tester lets go wrong."""

import json
import time
from typing import Any

import httpx
import pytest

from sandbox.signers import called
from support.partners import CONFIG, Box

ACCOUNT = CONFIG["calls"]
NUMBER, MASKED = "13900000001", "139****0001"


@pytest.fixture(autouse=True)
def at_once(box: Box) -> None:
    box.switch(calls__ring_seconds=0)


def ask(box: Box, out_id: str, phone: str = NUMBER, nonce: str = "", **wrong: str) -> dict[str, Any]:
    body = json.dumps(
        {
            "task_id": wrong.get("campaign", ACCOUNT["campaign_id"]),
            "callees": [{"phone": phone, "out_id": out_id, "variables": {}}],
        }
    ).encode()
    stamp = int(time.time()) - int(wrong.get("late", "0"))
    headers = {"x-key": ACCOUNT["key"], "x-timestamp": str(stamp), "x-nonce": nonce or out_id}
    headers["x-sign"] = called(wrong.get("secret", ACCOUNT["secret"]), headers, body)
    answer: dict[str, Any] = box.http.post("/calls/callees", content=body, headers=headers).json()
    return answer


def made(box: Box) -> list[tuple[str, str, str]]:
    assert box.do("POST", "/settle", seconds=5)["settled"]
    return [(one["out_id"], one["phone"], one["state"]) for one in box.do("GET", "/dialled")["calls"]]


def test_everybody_is_called_once(box: Box) -> None:
    assert ask(box, "E1")["accepted"] == ["E1"]
    box.switch(calls__ends="no_answer")
    assert ask(box, "E2")["accepted"] == ["E2"]
    assert ask(box, "E1", nonce="again")["rejected"] == [{"out_id": "E1", "reason": "duplicate"}]
    assert made(box) == [("E2", MASKED, "no_answer"), ("E1", MASKED, "answered")]


def test_what_is_wrong_calls_nobody(box: Box) -> None:
    assert ask(box, "E1", secret="another")["code"] == "signature"
    assert ask(box, "E1", late="600")["code"] == "signature"
    assert ask(box, "E1", campaign="another")["code"] == "campaign"
    assert ask(box, "E1")["code"] == "signature"  # the nonce was used
    assert ask(box, "E2", phone="12345")["rejected"] == [{"out_id": "E2", "reason": "format"}]
    assert made(box) == []


def test_what_a_tester_lets_go_wrong(box: Box) -> None:
    box.switch(calls__busy_next=1, calls__refuse_next=1, calls__silence_next=1)
    assert ask(box, "E1")["code"] == "busy"
    assert ask(box, "E2")["rejected"] == [{"out_id": "E2", "reason": "blacklist"}]
    with pytest.raises((httpx.HTTPError, ValueError, AssertionError)):
        ask(box, "E3")
    assert made(box) == [("E3", MASKED, "answered")]
