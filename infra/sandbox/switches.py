"""What a tester can change while the sandbox runs: named switches with a default, a type and a sentence each."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Switch:
    """One thing that can be set; a value must have the default's type, and be one of `choices` if there are any."""

    default: Any
    help: str
    choices: tuple[str, ...] = ()


def _callbacks(platform: str) -> dict[str, Switch]:
    return {
        f"{platform}.callbacks_lose_next": Switch(0, "so many coming callbacks are never delivered"),
        f"{platform}.callbacks_repeat": Switch(0, "every callback is delivered so many extra times, at once"),
        f"{platform}.callbacks_shuffle": Switch(False, "callbacks start at random within half a second"),
        f"{platform}.callbacks_delay_seconds": Switch(0.0, "every callback starts so much later"),
        f"{platform}.callback_timeout_seconds": Switch(5.0, "an answer later than this counts as none"),
        f"{platform}.callback_retry_seconds": Switch(0.5, "pause between the three attempts"),
        f"{platform}.bound": Switch(True, "bound to the open platform: off, and nobody's unionid is told"),
        f"{platform}.calls_per_minute": Switch(10_000, "calls of one endpoint in a minute; above: 45009 for a minute"),
        f"{platform}.allowed_ips": Switch("", "comma-separated callers; empty: everyone may call"),
    }


SWITCHES: dict[str, Switch] = {
    **_callbacks("official_account"),
    "official_account.callback_mode": Switch("aes", "how messages are sent", ("plain", "compatible", "aes")),
    **_callbacks("wecom"),
    "wecom.group_lag_seconds": Switch(1.0, "groupchat/get shows a group as it was so long ago"),
    "wecom.half_confirm_seconds": Switch(1.0, "real time between add_half and add_external of a no-verify code"),
    "wecom.member_list": Switch("items", "MemChangeList: nested items, one text, or absent", ("items", "text", "none")),
    "wecom.welcome_configured": Switch(False, "the admin set a welcome: events carry no WelcomeCode"),
    "wecom.welcome_taken": Switch(False, "another app is sending the welcome: 41096"),
    "wecom.group_capacity": Switch(500, "members of a new group, staff included"),
    "wecom.group_qr_limit": Switch(200, "above so many members a new group can't be joined by scanning"),
    "wecom.mass_dispatch_seconds": Switch(2.0, "so long after its creation nothing can be asked of a task: 41063"),
    "wecom.mass_result_lag_seconds": Switch(2.0, "results of mass sends show what was so long ago"),
    "wecom.mass_limit": Switch(0, "mass messages a target gets in the period; 0: the days of the month, 7 or 1"),
    "wecom.mass_limit_period": Switch("month", "the period of that limit", ("month", "week", "day")),
    "wecom.mass_fail_next": Switch(0, "so many coming targets fail as not a friend (2)"),
    "wecom.mass_over_limit_next": Switch(0, "so many coming targets are over their limit (3)"),
    "wecom.mass_page_rows": Switch(1000, "lists of mass sends give at most so many rows a page"),
    "youzan.callbacks_lose_next": Switch(0, "so many coming pushes are never delivered"),
    "youzan.callbacks_repeat": Switch(0, "every push is delivered so many extra times, at once"),
    "youzan.callbacks_shuffle": Switch(False, "pushes start at random within half a second"),
    "youzan.callbacks_delay_seconds": Switch(0.0, "every push starts so much later"),
    "youzan.callback_timeout_seconds": Switch(5.0, "an answer later than this counts as none"),
    "youzan.retry_schedule": Switch("guide", "16 or 4 further attempts: Youzan's pages differ", ("guide", "message")),
    "youzan.retry_scale": Switch(0.01, "real seconds for each second of that schedule"),
    "youzan.breaker_probe_seconds": Switch(5.0, "pause between probes while all pushes are stopped"),
    "youzan.answers_lose_next": Switch(0, "so many coming answers are not heard: Pond has it, and it comes again"),
    "youzan.event_sign": Switch(True, "off: pushes carry only the body's sign, as in 2021"),
    "youzan.detail_lag_seconds": Switch(20.0, "details and lists show an order as it was so long ago"),
    "youzan.plus_for_space": Switch(True, "a space in msg is written + as in real pushes; off: %20"),
    "youzan.same_second_versions": Switch(
        False, "all pushes of an order carry its first version: only ranks tell them"
    ),
    "youzan.refund_messages": Switch("both", "which sets tell of refunds: old, new, both", ("both", "old", "new")),
    "youzan.phone_told": Switch(True, "off: buyers have no phone bound, so orders name none"),
    "youzan.openid_told": Switch(True, "off: bought outside the account, so orders name no openid"),
    "youzan.yz_open_id_told": Switch(True, "off: orders lack the shop's own id of the buyer"),
    "sms.tencent_daily_limit": Switch(
        10, "messages a number gets in a China day (the vendor's console; its default is 2)"
    ),
    "sms.deliver": Switch(True, "off: the vendor accepts and nothing reaches the phone"),
    "sms.receipts_seconds": Switch(0.5, "real time until receipts are posted, in one array"),
    "sms.receipts_hold": Switch(False, "receipts wait until they are released: late ones"),
    "sms.receipts_lose_next": Switch(0, "so many coming receipts are never posted"),
    "sms.receipts_fail_next": Switch(0, "so many coming receipts say that the phone got nothing"),
    "sms.receipts_repeat": Switch(0, "every array is posted so many extra times"),
    "sms.receipts_unknown": Switch(False, "every array also tells of a message that is nobody's"),
    "sms.receipts_retry_scale": Switch(0.01, "real seconds for each second of Aliyun's retries (1, 5, 10 minutes)"),
    "calls.ends": Switch(
        "answered", "how the coming calls end", ("answered", "no_answer", "busy", "rejected", "failed")
    ),
    "calls.ring_seconds": Switch(2.0, "real time until a call ends"),
    "calls.busy_next": Switch(0, "so many coming requests are put off: busy, nobody was taken"),
    "calls.refuse_next": Switch(0, "so many coming callees are on the vendor's own list: never called"),
    "calls.silence_next": Switch(0, "so many coming requests are taken, and their answer is lost"),
}


class WrongSwitch(Exception):
    """`unknown_switch` or `wrong_type`, with the switch's name."""


class Switches:
    """The present values."""

    def __init__(self) -> None:
        self._values = {name: switch.default for name, switch in SWITCHES.items()}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def set(self, values: dict[str, Any]) -> None:
        """Change several, or none when one is wrong."""
        checked: dict[str, Any] = {}
        for name, value in values.items():
            switch = SWITCHES.get(name)
            if switch is None:
                raise WrongSwitch("unknown_switch", name)
            wanted = type(switch.default)
            if wanted is float and type(value) is int:
                value = float(value)
            if type(value) is not wanted or (switch.choices and value not in switch.choices):
                raise WrongSwitch("wrong_type", name)
            checked[name] = value
        self._values.update(checked)

    def spend(self, name: str) -> bool:
        """Take one from a counting switch; false when it was at zero."""
        if self._values[name] <= 0:
            return False
        self._values[name] -= 1
        return True

    def shown(self) -> dict[str, dict[str, Any]]:
        """Every switch with its value, for the page."""
        return {
            name: {"value": self._values[name], "default": s.default, "help": s.help, "choices": list(s.choices)}
            for name, s in SWITCHES.items()
        }
