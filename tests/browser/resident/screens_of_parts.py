"""The demo's page of parts, on which each part of a page stands in every state."""

from functools import partial

from playwright.sync_api import Page

from tests.browser.resident.screens import Step
from tests.browser.resident.served import Served


def _open(path: str, served: Served, page: Page) -> None:
    served.go(page, path)


PARTS: dict[str, Step] = {path: partial(_open, path) for path in ("/parts", "/parts/faults")}
