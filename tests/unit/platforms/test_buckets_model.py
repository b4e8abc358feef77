"""The arithmetic of rates, and what a deployment may set."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pond.platforms.model_buckets import DEFAULTS, MICROSECONDS, Rate, rates_from


@given(st.integers(1, 200_000), st.integers(1, 90_000))
def test_a_window_holds_a_burst_and_the_spaced_ones_after_it(calls: int, seconds: int) -> None:
    assume(calls <= 100_000 * seconds)  # beyond that a spacing is so short that whole microseconds give more away
    rate = Rate(calls, seconds)
    spaced = -(-seconds * MICROSECONDS // rate.spacing_us)  # at its beginning, and one a spacing after
    assert rate.burst - 1 + spaced <= calls
    assert rate.burst - 1 + spaced >= calls * 0.9 - 1  # and little is given away


def test_a_deployment_sets_rates_over_the_defaults() -> None:
    rates = rates_from("wecom/add_msg_template=100/60 5000/86400; sms_tencent=50/1")
    assert rates["wecom/add_msg_template"] == (Rate(100, 60), Rate(5000, 86_400))
    assert rates["sms_tencent"] == (Rate(50, 1),)
    assert rates["wecom"] == DEFAULTS["wecom"]
    assert rates_from("") == DEFAULTS


@pytest.mark.parametrize("setting", ["wecom", "wecom=10", "wecom=0/60", "wecom=10/0", "wecom=10/60,20/3600", "=1/1"])
def test_what_is_no_rate(setting: str) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        rates_from(setting)
