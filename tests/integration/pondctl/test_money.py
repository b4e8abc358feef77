"""Operators say what is paid, settle a month, and read what orders come to."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from pond.orders import changing, store_ledger, sums
from pond.orders.model_ledger import Entry
from pond.orders.model_pushes import read_detail
from pond.volunteers import service as volunteers
from support import books, market
from support.books import FIRST, day
from support.places import add_group

Run = Callable[..., tuple[int, str]]
AT = day(FIRST)
LATER = datetime(2001, 2, 3, tzinfo=UTC)
RATES = {
    "product_groups": [{"group_id": "milk", "items": ["1"]}],
    "rates": [{"role": "volunteer", "percent": "10", "valid_from": "2001-01-01"}],
    "tiers": [{"activity_percent": "5", "bonus": "100"}],
}


@pytest.fixture(autouse=True)
def new_books(cloud: object) -> Iterator[None]:
    books.begin()
    yield
    books.begin()


def entry(person_id: str, fen: int) -> Entry:
    return Entry(
        entry_id=f"E1~{person_id}~0001",
        kind="earned",
        person_id=person_id,
        amount_fen=fen,
        month=FIRST,
        at=AT,
        tid="E1",
        role="volunteer",
    )


def test_a_month_is_settled_step_by_step(run: Run, unique: Callable[[str], str], tmp_path: Path) -> None:
    ana = unique("v")
    assert run("volunteers", "add", "--member", ana, "--name", "安娜", at=AT)[0] == 0
    assert store_ledger.append(entry(ana, 12_345))
    code, said = run("orders", "adjust", ana, "10.50", "--minus", "--reason", "算错了", "--by", "ops", at=AT)
    assert (code, said) == (0, f"{ana}: -10.50 booked\n")
    again = run("orders", "adjust", ana, "10.50", "--minus", "--reason", "算错了", "--by", "ops", at=AT)
    assert again == (0, f"{ana}: -10.50 was booked before\n")
    code, said = run("orders", "settle", "draft", FIRST, "--by", "li", at=AT)
    assert (code, "goes on" in said) == (1, True)
    assert run("orders", "settle", "draft", FIRST, "--by", "li", at=LATER)[0] == 0
    code, said = run("orders", "settle", "pay", FIRST, "--by", "li", at=LATER)
    assert (code, "settle approve" in said) == (1, True)
    code, said = run("orders", "settle", "approve", FIRST, "--by", "wang", at=LATER)
    assert code == 0 and "112.95 yuan payable" in said
    assert run("orders", "settle", "pay", FIRST, "--by", "zhao", at=LATER)[0] == 0
    code, said = run("orders", "statement", ana, FIRST, "--show", at=LATER)
    assert code == 0 and "安娜" in said and "-10.50" in said and "112.95" in said
    file = tmp_path / "all.csv"
    assert run("orders", "statement", FIRST, "--csv", str(file), at=LATER)[0] == 0
    assert f"{ana},,{FIRST},0.00,123.45,0.00,-10.50,112.95,112.95" in file.read_text("utf-8-sig")
    assert run("orders", "statement", FIRST, "--csv", str(file), at=LATER)[0] == 1  # it is there
    assert run("orders", "statement", unique("nobody"), FIRST) == (0, "nothing booked, nothing carried\n")


def test_rates_are_applied_from_a_file(run: Run, now: datetime, tmp_path: Path) -> None:
    programme_id = market.apply_programme(now, paying=False)
    file = tmp_path / "rates.yaml"
    file.write_text(yaml.safe_dump({"programme_id": programme_id} | RATES))
    assert run("orders", "rates", "apply", str(file), "--by", "ops") == (0, f"created: {programme_id}, version 1\n")
    assert run("orders", "rates", "apply", str(file), "--by", "ops") == (0, f"same: {programme_id}, version 1\n")
    file.write_text(yaml.safe_dump({"programme_id": programme_id, "rates": []}))
    code, said = run("orders", "rates", "apply", str(file), "--by", "ops")
    assert (code, "end that rate" in said) == (1, True)
    file.write_text(yaml.safe_dump({"programme_id": programme_id, "rates": [{"role": "head"}]}))
    code, said = run("orders", "rates", "apply", str(file), "--by", "ops")
    assert (code, "rates.rates[0].role" in said) == (1, True)


def test_orders_from_before_the_rates_earn(run: Run, now: datetime, tmp_path: Path) -> None:
    programme_id = market.apply_programme(now, paying=False)
    mother = market.buyer(programme_id)
    mother.register()
    changing.told([read_detail(mother.buys(6_000).went("WAIT_BUYER_PAY", "TRADE_PAID").full())], now)
    file = tmp_path / "rates.yaml"
    file.write_text(yaml.safe_dump({"programme_id": programme_id} | RATES))
    told = [run("orders", "rates", "apply", str(file), "--by", "ops") for _ in range(2)]
    first, again = (f"{outcome}: {programme_id}, version 1\n" for outcome in ("created", "same"))
    assert told == [(0, f"{first}orders from before that earn now: 1, 6.00 yuan booked\n"), (0, again)]


def test_a_months_bonuses_are_computed_from_a_file(run: Run, unique: Callable[[str], str], tmp_path: Path) -> None:
    programme_id = market.apply_programme(AT, paying=False)
    rates = tmp_path / "rates.yaml"
    rates.write_text(yaml.safe_dump({"programme_id": programme_id} | RATES))
    run("orders", "rates", "apply", str(rates), "--by", "ops", at=AT)
    ana, chat_id = unique("v"), unique("chat")
    add_group(programme_id, f"{programme_id}~pregnancy", chat_id, 100, 0)
    run("volunteers", "add", "--member", ana, at=AT)
    code, said = run("volunteers", "assign", "--member", ana, chat_id, "--main", at=AT)
    assert (code, said) == (0, f"{chat_id}: {ana} (main)\n")
    file = tmp_path / "activity.csv"
    file.write_text(f"chat_id,spoke,members\n{chat_id},6,100\n")
    code, said = run("orders", "levels", "compute", FIRST, "--activity", str(file), at=LATER)
    assert code == 0 and "6.00 %" in said and "100.00" in said
    assert run("orders", "levels", "compute", FIRST, "--activity", str(file), at=LATER) == (code, said)
    assert [one.amount_fen for one in store_ledger.of_person(ana)] == [10_000]
    file.write_text("who,what\n1,2\n")
    code, said = run("orders", "levels", "compute", FIRST, "--activity", str(file), at=LATER)
    assert (code, "chat_id,spoke,members" in said) == (1, True)


def test_sums_are_shown_with_what_a_member_is_worth(run: Run, now: datetime) -> None:
    programme_id = market.apply_programme(now)
    buyer = market.buyer(programme_id)
    buyer.register()
    add_group(programme_id, f"{programme_id}~pregnancy", buyer.chat_id, 100, 0)
    sale = buyer.buys(8_900).went("WAIT_BUYER_PAY", "TRADE_PAID")
    changing.told([read_detail(sale.full())], now)
    sums.count(sale.tid, now)
    code, said = run("orders", "sums", "group", buyer.chat_id, "--since", "2024-01-01", "--until", "2024-01-31")
    assert code == 0 and "2024-01-02" in said and "89.00" in said and "buyers: 1" in said
    code, said = run("orders", "sums", "rebuild")
    assert code == 0 and "computed anew" in said
    assert run("orders", "sums", "group", buyer.chat_id)[1].splitlines()[1].split()[:2] == ["all", "0"]


def test_who_must_not_be_reached_is_asked_for_and_shown_by_pseudonym(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def number() -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("138 0013 9000\n"))

    number()
    code, said = run("orders", "unreachable", "--add", "--reason", "complained", "--by", "ops")
    assert code == 0 and "13800139000" not in said
    listed = run("orders", "unreachable")[1]
    assert "complained" in listed and "13800139000" not in listed
    number()
    assert run("orders", "unreachable", "--remove")[0] == 0
    number()
    assert run("orders", "unreachable", "--add", "--by", "ops")[0] == 1


def test_people_and_their_ways_are_listed(run: Run, unique: Callable[[str], str], now: datetime) -> None:
    userid, member = unique("zhang"), unique("m")
    assert run("volunteers", "add", "--staff", userid, "--rank", "distributor", "--level", "bronze")[0] == 0
    assert run("volunteers", "level", "--staff", userid, "silver", "--from", "2026-12-01")[0] == 0
    assert run("volunteers", "bind", "--staff", userid, member)[0] == 0
    (bond,) = volunteers.bonds_until(member, now)
    assert bond.person_id == volunteers.staff_id(userid)
    line = next(line for line in run("volunteers", "list")[1].splitlines() if userid in line)
    assert "distributor bronze" in line
    assert run("volunteers", "bind", "--member", unique("nobody"), member)[0] == 1


def test_a_tracked_link_is_made_once_and_leads_to_our_own_pages_or_allowed_ones(run: Run) -> None:
    code, said = run("tracked", "make", "https://pond.example/p/mothers", "--tag", "milk", "--days", "30")
    assert code == 0 and "https://pond.example/l/" in said
    assert run("tracked", "make", "https://pond.example/p/mothers", "--tag", "milk", "--days", "30")[1] == said
    assert said.split()[0] in run("tracked", "list")[1]
    assert run("tracked", "show", said.split()[0])[1] == "opened by nobody so far\n"
    code, said = run("tracked", "make", "https://evil.example/")
    assert (code, "LinkOrigins" in said) == (1, True)
