"""Where tracked links may lead, and what a code can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.channels.model_links import check_target, place_of, read_code
from pond.kernel.errors import Refused

ORIGINS = frozenset({"https://shop.example", "https://pond.example:8443"})


@pytest.mark.parametrize(
    "target",
    ["https://shop.example", "https://shop.example/a/b?c=%20d#e", "https://pond.example:8443/p/mothers"],
)
def test_addresses_on_allowed_origins_are_taken(target: str) -> None:
    check_target(target, ORIGINS)


@pytest.mark.parametrize(
    "target",
    [
        "http://shop.example/",
        "https://shop.example.evil.example/",
        "https://evil.example/?https://shop.example",
        "https://shop.example@evil.example/",
        "https://user@shop.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example:444/",
        "https://pond.example/",
        "https://pond.example:99999/",
        "//shop.example/",
        "/p/mothers",
        "javascript:alert(1)",
        "https://SHOP.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/ b",
        "https://shop.exаmple/",
        "https://[::1",
        "",
        "https://shop.example/" + "a" * 2_000,
    ],
)
def test_other_addresses_are_refused(target: str) -> None:
    with pytest.raises(Refused) as caught:
        check_target(target, ORIGINS)
    assert caught.value.code == "link.target"


@given(st.text(max_size=60))
def test_whatever_stands_in_an_address_is_read_or_is_no_code(text: str) -> None:
    read = read_code(text)
    assert read is None or "".join(read) == text


def test_groups_have_places_of_their_own() -> None:
    places = {place_of(f"wrDEMO{number}") for number in range(5_000)}
    assert len(places) == 5_000
    assert all(read_code("a" * 10 + place + "b" * 12) for place in places)
