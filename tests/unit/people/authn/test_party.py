"""For which addresses devices make passkeys, and what browsers call them."""

import pytest

from portal.domain.people.authn.party import Party, party_of


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://coupon.example.jp", Party("coupon.example.jp", "https://coupon.example.jp")),
        ("https://Coupon.Example.jp:443/", Party("coupon.example.jp", "https://coupon.example.jp")),
        ("https://a.example.jp:8443", Party("a.example.jp", "https://a.example.jp:8443")),
        ("http://localhost:8000", Party("localhost", "http://localhost:8000")),
        ("http://coupon.example.jp", None),
        ("https://10.0.0.5", None),
        ("https://[fd00::1]", None),
        ("http://127.0.0.1:8000", None),
        ("ftp://localhost", None),
        ("", None),
    ],
)
def test_devices_make_passkeys_for_a_name_behind_tls(address: str, party: Party | None) -> None:
    assert party_of(address) == party
