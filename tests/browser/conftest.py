"""Screens before the gates are a matrix with a command of its own.

`./run audit` runs it, and `./run test` leaves it out.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that hold a screen or a state against the gates, by their names."""
    for item in items:
        if "passes_the_gates" in item.name:
            item.add_marker("gates")
