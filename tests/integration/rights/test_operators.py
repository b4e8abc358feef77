"""Wishes that came by letter: an operator carries them out, and who looked at what, and why, is kept."""

import io
import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pond.kernel.clock import china_day
from pond.kernel.errors import Refused
from pond.members import access_log
from pond.orders import changing
from pond.orders.model_pushes import read_detail
from pond.programmes.model import Programme
from pond.rights import erasing, purchases, retention
from pondctl.main import main
from support import market
from support.traces import traces

Mothers = Callable[..., Any]
Programmes = Callable[..., Programme]
BY = ("--by", "林", "--reason", "来信")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], later: datetime) -> Callable[..., Any]:
    """Runs a command; its exit code and what it printed."""

    def call(*arguments: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(arguments, later)
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def test_an_export_goes_to_a_private_file_and_is_kept_in_the_log(
    programme: Programmes, mother: Mothers, run: Callable[..., Any], later: datetime, tmp_path: Path
) -> None:
    her = mother(programme())
    file = tmp_path / "hers.json"
    code, said = run("rights", "export", "--out", str(file), *BY, typed=f"{her.phone}\n")
    assert code == 0 and her.name not in said and her.phone not in said
    whole = json.loads(file.read_text())
    assert (whole["姓名"], whole["订单"]) == (her.name, [])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    seen = [one for one in access_log.of_day(china_day(later)) if one.about == her.account_id]
    assert [(one.who, one.what, one.why) for one in seen] == [("林", "all", "来信")]
    assert her.account_id in run("rights", "accesses", "--days", "3")[1]
    assert run("rights", "export", "--out", str(tmp_path / "x"), *BY, typed="19900000000\n")[0] == 1


def test_an_operator_has_somebody_forgotten(
    programme: Programmes, mother: Mothers, run: Callable[..., Any], later: datetime
) -> None:
    her = mother(programme())
    code, said = run("rights", "delete", *BY, typed=f"{her.phone}\n")
    assert code == 0
    number = said.split()[1].rstrip(":")
    assert "not yet" in run("rights", "receipt", number)[1]
    erasing.erase_due(later)
    erasing.sweep_due(later)
    assert "seats 1" in run("rights", "receipt", number)[1]
    assert traces(her.words()).keys() <= {her.contact_id}


def test_nobody_looks_without_saying_who_they_are_and_why(cloud: object, later: datetime) -> None:
    for who, why in (("", "review"), ("林", " ")):
        with pytest.raises(Refused):
            access_log.note(who, "name", "somebody", why, later)


def test_who_left_long_ago_and_never_registered_is_let_go(
    programme: Programmes, mother: Mothers, unique: Callable[[str], str], now: datetime
) -> None:
    from pond.channels import followers

    gone, back, her = unique("oDEMO"), unique("oDEMO"), mother(programme())
    for openid in (gone, back):
        followers.follow(openid, None, now)
        followers.unfollow(openid, now + timedelta(days=1))
    followers.unfollow(her.openid, now + timedelta(days=1))
    followers.follow(back, None, now + timedelta(days=2))
    retention.enforce(now + timedelta(days=360))
    assert traces([gone]).keys() == {gone}
    retention.enforce(now + timedelta(days=370))
    assert traces([gone, back, her.openid]).keys() == {back, her.openid}


def test_who_was_refused_long_ago_is_forgotten(programme: Programmes, mother: Mothers, now: datetime) -> None:
    refused = programme(admission={"otherwise": {"outcome": "refuse", "reason": "只面向会员"}})
    her = mother(refused, seat=False)
    at = now + timedelta(days=181)
    retention.enforce(at - timedelta(days=2))
    erasing.erase_due(at)
    assert traces([her.openid]) != {}
    retention.enforce(at)
    erasing.erase_due(at)
    erasing.sweep_due(at)
    left = traces(her.words())
    assert {table for tables in left.values() for table in tables} <= {"limits"}  # which DynamoDB lets go by itself


def test_what_somebody_bought_is_in_their_document(now: datetime) -> None:
    buyer = market.buyer(market.apply_programme(now))
    member_id = buyer.register()
    sale = buyer.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    changing.told([read_detail(sale.full())], now)
    (bought,) = purchases.of(member_id)
    assert (bought["订单号"], bought["实付"], bought["已退"]) == (sale.tid, "89.00", "0.00")
