"""No request, whoever sends it, is answered with a fault of ours, shows internals, hangs or grows.

Routes come from the template, so that a new one is tried as soon as it is there. `make fuzz` looks ten times as long.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote_plus

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pond.channels import bookings, followers, openings, store_openings
from pond.channels.model import Opening, opening_id
from pond.kernel import clock
from pond.kernel.settings import secret
from pond.programmes import service as programmes
from pond.web import sessions
from support import hostile
from support.budgets import examples
from support.cloud import ROOT, Cloud
from support.doors import Door, Knock, doors, faults
from support.sandbox import Sandbox
from support.web import CONTEXT, load

PROGRAMME = "fuzzed"
MEMORY_MAX = 48 * 1024 * 1024  # a function has 512 MB
DOORS = doors()
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
TYPES = (
    FORM,
    JSON,
    "text/xml",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
    "x/y;;",
)
NAMES = (
    *("form_token", "name", "phone", "code", "stage_id", "day", "city", "consent", "consent_version", "from", "to"),
    *("state", "signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type", "openid", "v"),
)


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, and the token in the form we showed them."""

    cookie: str
    form_token: str

    @classmethod
    def of(cls, session: sessions.Session, opened_at: datetime) -> Visitor:
        return cls(f"pond={sessions.seal(session)}", sessions.form_token(session, opened_at))


@pytest.fixture(scope="module")
def people(cloud: Cloud) -> list[Visitor]:
    """A programme, and many who came through WeChat, were let in and see its form since a minute."""
    moment = clock.now() - timedelta(minutes=1)
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text()) | {"programme_id": PROGRAMME}
    programmes.apply(document, moment)
    follower_id = followers.visited("oDEMOfuzz", moment)
    bookings.book(PROGRAMME, follower_id, None, moment)
    opening = Opening(PROGRAMME, opening_id(moment), moment, moment + timedelta(hours=1), 10)
    store_openings.put(opening)
    openings.open_due(PROGRAMME, opening.opening_id, moment)
    return [Visitor.of(sessions.open_session(follower_id, f"fuzzed{number}", moment), moment) for number in range(100)]


def test_the_somebody_of_these_tests_sees_the_form(people: list[Visitor]) -> None:
    door = next(door for door in DOORS if (door.method, door.path) == ("GET", "/m/{programme_id}"))
    answer = load("registration").handler(signed_in(Knock(door, (PROGRAMME,)), people[0]).event(), CONTEXT)
    assert 'data-state="form"' in answer["body"]


@pytest.fixture(autouse=True)
def everything_is_local(partners: Sandbox) -> Iterator[None]:
    """Partners are played on this machine."""
    yield


values = st.one_of(
    st.sampled_from([*hostile.ODD_TEXTS, PROGRAMME]),
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
)
pairs = st.lists(
    st.tuples(st.one_of(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"), max_size=10)), values), max_size=8
)


def form_of(some: list[tuple[str, str]]) -> bytes:
    """A form's body."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in some).encode()


bodies = st.one_of(
    st.none(), st.binary(max_size=400), st.sampled_from(list(hostile.bodies())), pairs.map(form_of), pairs.map(form_of)
)


@st.composite
def knocks(draw: st.DrawFn) -> tuple[Knock, int]:
    """A request at any door, and which of the people is to send it with a form of ours (0: a stranger)."""
    door: Door = draw(st.sampled_from(DOORS))
    arguments = tuple(draw(st.one_of(st.just(PROGRAMME), values)) for _ in door.names)
    headers = {"content-type": draw(st.sampled_from(TYPES)), "cookie": draw(values), "user-agent": draw(values)}
    chosen = draw(st.sets(st.sampled_from(sorted(headers))))
    wanted = tuple((name, headers[name]) for name in sorted(chosen))
    sender = draw(st.one_of(st.just(0), st.integers(1, 99)))
    return Knock(door, arguments, tuple(draw(pairs)), wanted, draw(bodies)), sender


def signed_in(knock: Knock, who: Visitor) -> Knock:
    """The same from somebody with a session, who sends a form we showed them."""
    headers = dict(knock.headers) | {"cookie": who.cookie}
    body = knock.body
    if knock.door.method == "POST" and (body is None or b"<" not in body[:1]):
        headers["content-type"] = FORM
        body = f"form_token={quote_plus(who.form_token)}&".encode() + (body or b"")
    return Knock(knock.door, knock.arguments, knock.query, tuple(headers.items()), body)


@settings(max_examples=examples(400))
@given(drawn=knocks())
def test_any_request_at_any_door(people: list[Visitor], drawn: tuple[Knock, int]) -> None:
    knock, inside = drawn
    assert faults(signed_in(knock, people[inside]) if inside else knock) == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")
def test_hostile_bodies(door: Door, people: list[Visitor]) -> None:
    arguments = tuple(PROGRAMME for _ in door.names)
    for body in hostile.bodies():
        for content_type in (FORM, JSON, "text/xml"):
            knock = Knock(door, arguments, (), (("content-type", content_type),), body)
            for tried in (knock, signed_in(knock, people[len(body) % 100])):
                assert faults(tried) == [], body[:60]


@pytest.mark.parametrize("name", ["wecom", "official-account"])
def test_rotten_messages_in_good_envelopes(name: str, people: list[Visitor]) -> None:
    known, is_wecom = secret(name), name == "wecom"
    receiver = known["corp_id"] if is_wecom else known["app_id"]
    door = next(door for door in DOORS if door.path == f"/{name}" and door.method == "POST")
    for message in hostile.inner_messages(known["corp_id"] if is_wecom else known["original_id"]):
        query, body = hostile.sealed(message, known, is_wecom, receiver)
        for sent in (body, body[:40], body[:-30], body.replace(b"A", b"B"), body + body):
            knock = Knock(door, (), tuple(query.items()), (("content-type", "text/xml"),), sent)
            assert faults(knock) == [], message[:60]


def test_no_body_makes_a_function_grow(people: list[Visitor]) -> None:
    for door in DOORS:
        for body in hostile.bodies():
            knock = Knock(door, tuple(PROGRAMME for _ in door.names), (), (("content-type", "text/xml"),), body)
            tracemalloc.start()
            faults(knock)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < MEMORY_MAX, (door, body[:60], peak)
