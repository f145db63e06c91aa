"""The demo's address is a number; under the name of this machine devices make passkeys for it."""

from dataclasses import replace

import pytest

from portal.platform.site import Site


@pytest.mark.parametrize(
    ("environment", "host", "origin"),
    [
        ("demo", "localhost:8000", "http://localhost:8000"),
        ("demo", "127.0.0.1:8000", None),
        ("demo", "localhost.example:8000", None),
        ("demo", "", None),
        ("test", "localhost:8000", None),
        ("production", "localhost", None),
    ],
)
def test_only_the_demo_goes_by_what_the_browser_calls_it(
    resident_base: Site, environment: str, host: str, origin: str | None
) -> None:
    settings = replace(
        resident_base.settings, environment=environment, public_url="http://127.0.0.1:8000"
    )
    party = replace(resident_base, settings=settings).party(host)
    assert (party.origin if party is not None else None) == origin
