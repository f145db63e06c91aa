"""What both sites show after a disposal, in a browser: no link, no button, and no style of ours."""

import pytest

from portal.domain.foundation.program.loader import load_program
from portal.platform.closed_site import closed_page
from tests.support.browser import PageFactory
from tests.support.gates import GATES

OF_READING = ("axe", "contrast", "reflow", "spacing", "forced")
"""The page is a browser's own black on white; nothing of it can be pressed or skipped."""


@pytest.mark.parametrize("kind", ["resident", "staff"])
def test_the_page_that_says_it_is_over_passes_the_gates(
    page_factory: PageFactory, kind: str
) -> None:
    page = page_factory(kept=False)
    page.set_content(closed_page(load_program("sample"), kind))
    found = [f"{name}: {text}" for name in OF_READING for text in GATES[name](page)]
    assert not found, "\n".join(found)
