"""One town for all journeys: the deployed template, the sandbox, a browser.

What takes minutes by its nature (a hold runs out, a queue tries again) begins before everything else, if a test of this
run asks for it, and goes on while others are tried.
"""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser

from local import town
from local.processes import free_port
from support import chromium
from support.journeys import Mother, Pond, eventually
from support.phones import Phone
from support.visits import Visiting, visiting

HEAD_STARTS = ("unjoined", "unheard")


@pytest.fixture(scope="package")
def pond(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pond]:
    """Pond, deployed, with nobody in it."""
    folder = tmp_path_factory.mktemp("town")
    with town.running(free_port(), free_port(), folder) as running:
        pond = Pond(running, folder)
        # A function's first start takes the emulator seconds when the machine is busy; this is no test of that.
        patient = ("official_account", "wecom", "youzan")
        patience = {f"{platform}.callback_timeout_seconds": 30.0 for platform in patient}
        pond.control.do("PATCH", "/switches", patience)
        yield pond


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium.running() as started:
        yield started


@pytest.fixture(scope="package")
def visit(browser: Browser) -> Visiting:
    """`with visit(mother, scripts=True) as page`: her phone's browser."""
    return partial(visiting, browser)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Phone]:
    """The sandbox's page on a laptop."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    yield Phone(context.new_page())
    context.close()


@pytest.fixture(scope="package", autouse=True)
def head_starts(request: pytest.FixtureRequest) -> None:
    """Begin what takes minutes, if a test wants it."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    for name in HEAD_STARTS:
        if name in wanted:
            request.getfixturevalue(name)


@pytest.fixture(scope="package")
def yutang(pond: Pond) -> str:
    """A programme that is open, with a group for who is pregnant and one for who wants to be; its id."""
    pond.programme("yutang")
    pond.group("yutang", "planning", "备孕 1 群")
    pond.group("yutang", "pregnancy", "孕期 1 群")
    _open(pond, "yutang")
    return "yutang"


@pytest.fixture
def mother(pond: Pond) -> Mother:
    """Somebody new."""
    return pond.mother()


@pytest.fixture(scope="package")
def unjoined(pond: Pond, visit: Visiting) -> Mother:
    """Holds the only seat of the programme `tiny` for a minute, and does nothing."""
    pond.programme("tiny", hold_minutes=1)
    pond.group("tiny", "planning", "备孕 1 群", capacity=1)
    _open(pond, "tiny")
    mother = pond.mother()
    with visit(mother) as page:
        page.enter("tiny")
        page.press("马上预约")
        page.registers("备孕")
        page.sees("group_code")
    return mother


@pytest.fixture(scope="package")
def unheard(pond: Pond, visit: Visiting) -> Mother:
    """Joined her group of the programme `far` while WeCom would not say who is in it."""
    pond.programme("far")
    pond.group("far", "planning", "备孕 1 群")
    _open(pond, "far")
    mother = pond.mother()
    mother.books("far")
    with visit(mother) as page:
        page.enter("far")
        page.registers("备孕")
        page.sees("group_code")
        with pond.fault("wecom", "/cgi-bin/externalcontact/groupchat/get", error=-1):
            assert page.scans() == "joined"
            eventually(lambda: [one for one in pond.calls("/groupchat/get") if one["errcode"] == -1], "a refused call")
    return mother


def _open(pond: Pond, programme_id: str) -> None:
    pond.opening(programme_id)
    eventually(lambda: pond.is_open(programme_id), "the opening")
