"""Whose address counts: the nearest party's that is no proxy of ours, whatever others claim."""

from typing import Any

import pytest
from litestar import Request
from litestar.testing import RequestFactory

from portal.platform.http.network import client_address

PROXIES = ("10.0.0.0/24",)


def asked(peer: str, forwarded: str) -> Request[Any, Any, Any]:
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded})
    request.scope["client"] = (peer, 40_000)
    return request


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # a stranger claims to forward
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.99, 198.51.100.1, 10.0.0.2", "198.51.100.1"),  # the first is typed
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:5678", "198.51.100.1"),  # some gateways add the port
        ("10.0.0.1", "198.51.100.1:5678, 10.0.0.2:443", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:5678", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("10.0.0.1", "2001:DB8:0::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),  # a socket for both families
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", '"[2001:db8::1]:5678"', "2001:db8::1"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),  # the first is anybody's word
        ("10.0.0.1", "198.51.100.1, [2001:db8::1]x", "10.0.0.1"),
    ],
)
@pytest.mark.asvs("4.1.3", "15.3.4")
def test_only_our_own_proxies_may_name_an_address(peer: str, forwarded: str, counts: str) -> None:
    assert client_address(asked(peer, forwarded), PROXIES) == counts


@pytest.mark.parametrize(
    "lines",
    [
        [b"192.0.2.9", b"203.0.113.5"],  # a proxy that adds a line of its own
        [b"192.0.2.9, 203.0.113.5"],  # one that joins
        [b"192.0.2.9", b"203.0.113.5, 10.0.0.2"],
    ],
)
@pytest.mark.asvs("4.1.3")
def test_all_lines_of_a_forwarded_request_count(lines: list[bytes]) -> None:
    request = RequestFactory().get("/")
    request.scope["client"] = ("10.0.0.1", 40_000)
    request.scope["headers"] = [(b"x-forwarded-for", line) for line in lines]
    fresh: Request[Any, Any, Any] = Request(request.scope)
    assert client_address(fresh, PROXIES) == "203.0.113.5"
