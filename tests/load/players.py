"""Who a soak plays, over HTTP and the sandbox's control API: mothers on the road, buyers, staff.

Everybody does as people do: what fails is tried again, what a page says is done, nobody knows of faults.
"""

import itertools
import random
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from support.browsing import Browsing, Shown, Unlucky
from support.journeys import STAFF, Mother, Pond

PATIENCE = 2.0  # seconds before a page is looked at again
TYPING = 3.2  # seconds a form takes; who is faster is turned back
STAGES = ("planning", "pregnancy")
_ADDRESSES = itertools.count(1)


@dataclass
class Doings:
    """What was done so far, by all threads. `mothers` are all who set out, `joined` who took a seat."""

    done: Counter[str] = field(default_factory=Counter)
    mothers: list["Traveller"] = field(default_factory=list)
    joined: list[Mother] = field(default_factory=list)
    broadcasts: dict[str, tuple[str, str]] = field(default_factory=dict)  # id -> route, text
    troubles: list[str] = field(default_factory=list)  # what players did not expect at all
    lock: threading.Lock = field(default_factory=threading.Lock)
    since: float = field(default_factory=time.monotonic)

    def note(self, what: str, number: int = 1) -> None:
        """Count something."""
        with self.lock:
            self.done[what] += number


@dataclass
class Traveller:
    """A mother on her way. `arrived`: where the road ended for her; empty while she is on it."""

    mother: Mother
    programme_id: str
    stage: str
    doings: Doings
    draw: random.Random
    arrived: str = ""
    formed: bool = False  # she finished the form
    _codes: int = 0
    _asked_at: float = 0.0

    def __post_init__(self) -> None:
        number = next(_ADDRESSES)
        self.browser = Browsing(self.mother, f"198.18.{number // 250 % 250}.{number % 250 + 1}")

    def go(self, until: float, deadline: float) -> None:
        """Go the road as far as it leads; after `until` (monotonic) only who has begun goes on, to the deadline."""
        with self.doings.lock:
            self.doings.mothers.append(self)
        self._arrives_at_the_account()
        while not self.arrived and time.monotonic() < deadline:
            try:
                self.step()
            except Unlucky as bad_luck:
                self.doings.note("pages asked for again")
                self.doings.note(f"again: {bad_luck}")
            if not self.arrived:
                time.sleep(PATIENCE)
        if self.arrived == "joined":
            self.doings.joined.append(self.mother)
            if time.monotonic() < until and self.draw.random() < 0.15:
                self._looks_at_her_data()
            if time.monotonic() < until and self.draw.random() < 0.08:
                self._leaves()

    def step(self) -> None:
        """Look at the page and do what it says.

        Raises:
            Unlucky: no page came.
        """
        shown = self.browser.open(f"/h5/p/{self.programme_id}")
        act: Callable[[Shown], None] | None = getattr(self, f"_on_{shown.state}", None)
        if act is None:
            self.doings.note(f"page {shown.state or shown.status}")
            return
        act(shown)

    def _on_enter(self, shown: Shown) -> None:
        self.browser.enter(shown)

    def _on_not_booked(self, shown: Shown) -> None:
        self.browser.post(f"/p/{self.programme_id}/book", shown.form)

    def _on_waiting(self, shown: Shown) -> None:
        return

    _on_getting_seat = _on_waiting

    def _on_form(self, shown: Shown) -> None:
        opened, known = time.monotonic(), len(self._texts())
        if known == 0 or time.monotonic() > self._asked_at + 60:
            self._asked_at = time.monotonic()
            shown = self.browser.post(f"/m/{self.programme_id}/code", shown.form | self._answers())
            self._wait_for_text(known)
        texts = self._texts()
        if not texts:
            self._asked_at = 0.0 if shown.state != "form" else self._asked_at
            return
        time.sleep(max(0.0, opened + TYPING - time.monotonic()))
        code = texts[-1]["params"][0]
        after = self.browser.post(f"/m/{self.programme_id}", shown.form | self._answers() | {"code": code})
        if after.state != "form":
            self.formed = True
        else:
            self.doings.note(f"forms sent again ({after.status})")

    def _on_group_code(self, shown: Shown) -> None:
        self.formed = True
        if shown.code:
            outcome = self.mother.do("scan", code=shown.code)["outcome"]
            self.doings.note(f"codes scanned: {outcome}")

    def _on_joined(self, shown: Shown) -> None:
        self._ends("joined")

    def _on_waitlist(self, shown: Shown) -> None:
        self._ends("waitlist")

    def _on_seat_gone(self, shown: Shown) -> None:
        self.formed = True
        if "/again" in shown.html:
            self.browser.post(f"/m/{self.programme_id}/again", shown.form)
            self.doings.note("asked for a seat again")
        else:
            self._ends("gone")

    def _ends(self, where: str) -> None:
        self.formed, self.arrived = True, where
        self.doings.note(f"journeys finished: {where}")

    def _arrives_at_the_account(self) -> None:
        """Most follow the account and send the keyword; some open the page only."""
        if self.draw.random() < 0.7:
            self.mother.do("follow", scene=self.programme_id)
            self.mother.do("say", text=self.draw.choice(["预约", "你好", "进度", "预约"]))
            self.doings.note("followed")

    def _looks_at_her_data(self) -> None:
        for _ in range(4):
            try:
                shown = self.browser.open("/h5/me")
                if shown.enter:
                    shown = self.browser.enter(shown)
                known = len(self._texts())
                self.browser.post("/me/code", shown.form)
                self._wait_for_text(known)
                if len(self._texts()) > known:
                    time.sleep(TYPING)
                    code = self._texts()[-1]["params"][0]
                    after = self.browser.post("/me", shown.form | {"code": code})
                    if 'class="kept"' in after.html:
                        self.doings.note("people who saw their data")
                        return
            except Unlucky:
                self.doings.note("pages asked for again")
            time.sleep(PATIENCE)
        self.doings.note("people who gave up seeing their data")

    def _leaves(self) -> None:
        for chat_id in self.mother.groups():
            self.mother.do(f"groups/{chat_id}/leave")
            self.doings.note("left their group")

    def _answers(self) -> dict[str, str]:
        day = (datetime.now(UTC) + timedelta(days=120)).date().isoformat() if self.stage == "pregnancy" else ""
        return {
            "name": self.mother.nickname,
            "phone": self.mother.phone.removeprefix("+86"),
            "stage_id": self.stage,
            "day": day,
            "city": "杭州",
            "consent": "yes",
        }

    def _texts(self) -> list[dict[str, Any]]:
        found = self.mother.pond.control.do("GET", f"/people/{self.mother.person_id}/sms")["messages"]
        return [text for text in found if text["kind"] == "code"]

    def _wait_for_text(self, known: int) -> None:
        deadline = time.monotonic() + 8
        while len(self._texts()) <= known and time.monotonic() < deadline:
            time.sleep(0.5)


def travel(pond: Pond, programme_id: str, doings: Doings, draw: random.Random, until: float, deadline: float) -> None:
    """One after the other sets out, until the time is over."""
    while time.monotonic() < until:
        traveller = Traveller(pond.mother(), programme_id, draw.choice(STAGES), doings, draw)
        traveller.go(until, deadline)
        time.sleep(draw.uniform(0.2, 1.5))


def buy(pond: Pond, doings: Doings, draw: random.Random, until: float) -> None:
    """Somebody who sits in a group buys; later steps and refunds follow in some order."""
    while time.monotonic() < until:
        time.sleep(draw.uniform(4, 8))
        if not doings.joined:
            continue
        mother = draw.choice(doings.joined)
        order = mother.do("orders", items=[{"item_id": draw.choice([1, 2, 3]), "num": draw.choice([1, 1, 2])}])
        doings.note("orders made")
        path, (item, *_) = f"/shop/orders/{order['tid']}", order["items"]
        if draw.random() < 0.1:
            pond.control.do("POST", f"{path}/cancel")
            continue
        pond.control.do("POST", f"{path}/pay")
        doings.note("orders paid")
        refund = {"fen": draw.randint(1, item["payment_fen"] - 1), "oid": item["oid"]}
        steps: list[tuple[str, dict[str, Any]]] = [("ship", {}), ("confirm", {})]
        if draw.random() < 0.5:
            steps.insert(draw.randrange(3), ("refund", refund))
        for step, body in steps[: draw.randint(0, 3)]:
            time.sleep(draw.uniform(0, 1.5))
            try:
                pond.control.do("POST", f"{path}/{step}", body)
            except urllib.error.HTTPError as error:
                if error.code != 409:  # not possible now, says the shop
                    raise
            else:
                doings.note(f"orders: {step}")


def serve(pond: Pond, doings: Doings, draw: random.Random, until: float) -> None:
    """Staff: a card, a word in the group, a contact added, a member removed."""
    way = pond.contact_way()
    while time.monotonic() < until:
        time.sleep(draw.uniform(2, 6))
        if not doings.joined:
            continue
        mother = draw.choice(doings.joined)
        match draw.randrange(8):
            case 0 | 1 | 2:
                mother.do("card", item_id=draw.choice([1, 2, 3]))
                doings.note("cards sent")
            case 3 | 4:
                for chat_id in mother.groups():
                    pond.control.do("POST", f"/groups/{chat_id}/say", {"userid": STAFF, "text": "早上好"})
                doings.note("said in groups")
            case 5 | 6:
                doings.note(f"contacts: {mother.do('scan', code=way)['outcome']}")
            case _:
                for chat_id in mother.groups():
                    contact = pond.control.do("GET", f"/accounts/{mother.account_id}")["external_userid"]
                    pond.control.do("POST", f"/groups/{chat_id}/remove", {"member": contact})
                    doings.note("removed by staff")
