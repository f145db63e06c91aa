"""Every screen before the gates, and without JavaScript, is a matrix with a command of its own.

`./run screens` runs it, and `./run test` leaves it out.
"""

import pytest

OF_EVERY_SCREEN = (
    "passes_the_gates",
    "says_and_offers_the_same_without_javascript",
    "a_screen_reader_gets",
    "no_sign_of_a_chinese_heading_stands_alone",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that hold a screen or a state against the gates, by their names."""
    for item in items:
        if any(words in item.name for words in OF_EVERY_SCREEN):
            item.add_marker("gates")
