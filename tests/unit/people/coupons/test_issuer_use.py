"""A program cannot tell families to do with a code what its issuer does not allow."""

from dataclasses import replace
from typing import Any

import pytest

from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.settings.issuer import IssuerUse
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.issuer_file import load_issuer
from portal.domain.people.coupons.issuer_use import use_findings


@pytest.fixture
def profile() -> IssuerProfile:
    return load_issuer("sandbox", load_program("sample").issuers_dir)


def codes(use: IssuerUse, profile: IssuerProfile) -> list[tuple[str, str]]:
    return [(one.code, one.level.value) for one in use_findings(use, profile)]


@pytest.mark.parametrize("use", list(IssuerUse))
def test_the_sandbox_can_be_used_in_every_way(use: IssuerUse, profile: IssuerProfile) -> None:
    assert codes(use, profile) == []


@pytest.mark.parametrize(
    ("use", "changed", "found"),
    [
        (IssuerUse.HOLDER_OPENS, {"url": None}, ("use_without_address", "error")),
        (IssuerUse.CODE_AND_PIN, {"pin": None}, ("use_without_pin", "error")),
        (IssuerUse.CODE_AND_PIN, {"code": None}, ("use_without_pin", "error")),
        (IssuerUse.CODE_AND_PIN, {"shown": "management_no"}, ("use_shows_other_number", "error")),
        (IssuerUse.SHOP_SCANS, {"sandbox": False}, ("use_scans_address", "warning")),
    ],
)
def test_what_the_codes_do_not_allow_is_found(
    use: IssuerUse, changed: dict[str, Any], found: tuple[str, str], profile: IssuerProfile
) -> None:
    assert codes(use, replace(profile, **changed)) == [found]
