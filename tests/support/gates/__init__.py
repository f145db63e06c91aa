"""What every page of both sites must be.

Readable, reachable by thumb and keyboard, light, in its reader's language.

`check_page(page)` looks at the page as it stands, in all its renderings, and returns complaints in
words (an empty list is good). `only=("axe", "keyboard")` picks gates; the names are those of
`GATES`. A test of a single thing may call a gate itself. The page keeps its address; its size and
media settings are put back.
"""

import zlib
from collections.abc import Callable, Collection

from playwright.sync_api import Page

from tests.support.gates import (
    colors,
    forced,
    keyboard,
    language,
    layout,
    rules,
    structure,
    targets,
)

Gate = Callable[[Page], list[str]]

GATES: dict[str, Gate] = {
    "structure": structure.complaints,
    "axe": rules.complaints,
    "contrast": colors.complaints,
    "targets": targets.complaints,
    "reflow": layout.overflowing,
    "spacing": layout.clipped_by_spacing,
    "keyboard": keyboard.complaints,
    "forced": forced.complaints,
}
OF_WORDS = ("targets", "reflow", "spacing")
"""What other words and another width can break on a page whose first language passed everything."""
OF_BUILDING = ("structure", "axe")
"""What hardly depends on words: in a second language for every third page."""


def second_look(page: Page, *, full_matrix: bool) -> tuple[str, ...]:
    """The gates for a page in its second language; its title decides whether it is a third one."""
    if full_matrix:
        return tuple(GATES)
    third = zlib.crc32(page.title().encode()) % 3 == 0
    return (*OF_WORDS, *OF_BUILDING) if third else OF_WORDS


def check_page(
    page: Page, *, lang: str = "ja", only: Collection[str] | None = None, skip: Collection[str] = ()
) -> list[str]:
    """Complaints about the page as it stands; `lang` is the expected value of `<html lang>`."""
    size = page.viewport_size
    found = [f"lang: {text}" for text in language.complaints(page, lang)]
    for name, gate in GATES.items():
        if name in skip or (only is not None and name not in only):
            continue
        found += [f"{name}: {text}" for text in gate(page)]
        if size is not None and page.viewport_size != size:
            page.set_viewport_size(size)
    return found
