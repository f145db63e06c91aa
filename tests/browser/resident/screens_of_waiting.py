"""The screens of a site that is as full as can be, so that whoever comes waits in line."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import httpx
from playwright.sync_api import Page

from portal.platform.database import Database
from portal.web.waiting_room.room import Rooms
from tests.browser.resident.screens import Step, send
from tests.browser.resident.served import Served
from tests.support.login_ids import plain_login_id
from tests.support.programs.servers import PATIENCE
from tests.support.resident import TOKEN

AT_ONCE = Rooms().begun + 6


@contextmanager
def crowded(url: str, database: Database) -> Iterator[None]:
    """Keep so many forms waiting for the database that there is room for nobody else."""
    over, full = threading.Event(), threading.Event()

    def press_again_and_again(browser: httpx.Client, token: str) -> None:
        while not over.is_set():
            form = {"form_token": token, "login_id": plain_login_id(), "password": "?"}
            answer = browser.post("/signin/submit", data=form)
            if "refresh" in answer.headers:
                full.set()
                over.wait(0.05)

    with ExitStack() as stack:
        crowd = []
        for _one in range(AT_ONCE):
            browser = stack.enter_context(httpx.Client(base_url=url, timeout=PATIENCE))
            arguments = (browser, _token(browser))
            crowd.append(threading.Thread(target=press_again_and_again, args=arguments))
        try:
            with database.write():
                for one in crowd:
                    one.start()
                assert full.wait(30), "it never was full"
                yield
        finally:
            over.set()
            for one in crowd:
                one.join()


def _token(browser: httpx.Client) -> str:
    """Return the token of the form, when it is this browser's turn."""
    until = time.monotonic() + PATIENCE
    while True:
        found = TOKEN.findall(browser.get("/signin").text)
        if found:
            return str(found[-1])
        assert time.monotonic() < until
        time.sleep(0.1)


def _step(path: str, form: dict[str, str], served: Served, page: Page) -> None:
    served.go(page, path)
    with crowded(served.url, served.database):
        if form:
            send(page, **form)
        else:
            page.context.clear_cookies(name="pass")
            served.go(page, path)


SIGN_IN = {"login_id": plain_login_id(), "password": "CDFG HJKL"}
WAITING: dict[str, Step] = {
    "waiting room": partial(_step, "/", {}),
    "waiting room: a sign-in": partial(_step, "/signin", SIGN_IN),
    "waiting room: a form": partial(_step, "/lost/stop/letter", {"address": "a"}),
}
