"""Masked fields: enough to recognize somebody, too little to copy."""

from datetime import date

import pytest

from portal.domain.desk.casework.masking import (
    mask_address,
    mask_birth,
    mask_name,
    mask_number,
    mask_postal_code,
)


@pytest.mark.asvs("8.2.3")
def test_every_field_keeps_its_beginning_only() -> None:
    assert mask_name("山田\u3000太郎") == "山●\u3000太●"
    assert mask_birth(date(1985, 3, 9)) == "1985-●●-●●"
    assert mask_postal_code("1390001") == "139-●●●●"
    assert mask_address("うずら町") == "うずら町\u3000●●●"


def test_a_number_keeps_its_end_only_and_a_short_one_nothing() -> None:
    assert mask_number("1234567890") == "●●●890"
    assert mask_number("123") == "●●●"
