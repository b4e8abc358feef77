"""How often partners may be called, and the arithmetic of a bucket that keeps to it.

What always holds: takes granted by `Rate` contain, in no window of `seconds` (its end not counted), more than `calls`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MICROSECONDS = 1_000_000
_BURST_SHARE = 10  # a tenth of a window's calls may come at once; the rest is spread over it


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any window of `seconds`.

    One take occupies `spacing_us`; `burst` of them may stand ahead of the present. In a window, then, fall at most
    `burst` at its beginning and one a spacing after that, and the spacing is chosen such that they add up to `calls`.
    """

    calls: int
    seconds: int

    @property
    def burst(self) -> int:
        """How many may be taken at once."""
        return max(1, self.calls // _BURST_SHARE)

    @property
    def spacing_us(self) -> int:
        """Microseconds that one take occupies."""
        return -(-self.seconds * MICROSECONDS // (self.calls - self.burst + 1))


_WECOM = (Rate(10_000, 60), Rate(150_000, 3600))  # per corp and API

# By name of the call, else by the part before the slash. Figures that partners state stand without a remark.
DEFAULTS: Mapping[str, tuple[Rate, ...]] = {
    "wecom": _WECOM,
    "official_account": (Rate(5_000, 60),),  # not stated: ours
    "official_account/template": (Rate(100_000, 86_400),),
    "official_account/qrcode": (Rate(100_000, 86_400),),
    "sms_tencent": (Rate(3_000, 1),),
    "sms_aliyun": (Rate(100, 1),),  # not stated: ours
}

_SETTING = re.compile(r"[a-z_]+(/[a-z_0-9]+)?=\d+/\d+( \d+/\d+)*")


def rates_from(setting: str) -> dict[str, tuple[Rate, ...]]:
    """The rates in force: the defaults, and over them what a deployment sets, such as
    `wecom/add_msg_template=100/60 5000/86400;sms_tencent=50/1` (calls per seconds).

    Raises:
        ValueError: not of that form, or a number is 0.
    """
    rates = dict(DEFAULTS)
    for entry in filter(None, (part.strip() for part in setting.split(";"))):
        if not _SETTING.fullmatch(entry):
            raise ValueError(f"not a rate: {entry}")
        name, _, figures = entry.partition("=")
        some = tuple(Rate(*map(int, figure.split("/"))) for figure in figures.split(" "))
        if any(rate.calls < 1 or rate.seconds < 1 for rate in some):
            raise ValueError(f"not a rate: {entry}")
        rates[name] = some
    return rates
