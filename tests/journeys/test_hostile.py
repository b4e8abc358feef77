"""The deployed addresses under hostile requests: refused, never a fault, and the next person is served as before."""

from urllib.parse import quote

import pytest

from local import partners
from support import hostile
from support.doors import Door, doors, judge, long_ones
from support.journeys import Pond

EVERY = 4  # the emulator answers some 15 requests a second: each door gets a part of the bodies, all doors all of them


def knock(pond: Pond, door: Door, value: str, body: bytes | None, content_type: str) -> list[str]:
    """Make the request; what is wrong about the answer."""
    path = door.path
    for name in door.names:
        path = path.replace(f"{{{name}}}", quote(value, safe="") or "x")
    answer = pond.http(door.method, path, body if door.method == "POST" else None, Content_Type=content_type)
    secrets = long_ones(partners.credentials().values())
    return judge(answer.status, answer.headers, answer.text, secrets, ours=answer.status not in (403, 404, 413, 415))


@pytest.mark.parametrize("number", range(EVERY))
def test_hostile_requests_at_every_door(pond: Pond, number: int) -> None:
    texts, bodies = hostile.ODD_TEXTS, list(hostile.bodies())
    for place, door in enumerate(doors()):
        for at in range((place + number) % EVERY, len(bodies), EVERY):
            content_type = ("application/x-www-form-urlencoded", "text/xml", "application/json")[at % 3]
            found = knock(pond, door, texts[(place + at) % len(texts)][:300], bodies[at], content_type)
            assert found == [], (door, bodies[at][:60])
    assert pond.http("GET", "/assets/pond.css").status == 200
