"""What a thief of the database finds: dear hashes that are worth nothing without the pepper."""

from dataclasses import replace

import pytest

from portal.domain.foundation.vault import PasswordCost
from portal.domain.people.authn.passwords import MARK, hash_password, verify_password
from tests.support.coupons import FULL_PRICE, VAULT

OTHER_PEPPER = replace(VAULT, pepper=b"q" * 32)
SALT = b"0123456789abcdef"


@pytest.mark.asvs("11.4.2")
def test_a_hash_costs_what_owasp_asks_unless_somebody_says_otherwise() -> None:
    assert hash_password(FULL_PRICE, "word", SALT).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert FULL_PRICE.password_cost == PasswordCost()


@pytest.mark.asvs("11.4.2")
def test_without_the_pepper_the_right_password_fits_no_hash() -> None:
    hashed = hash_password(VAULT, "word", SALT)
    assert verify_password(VAULT, hashed, "word")
    assert not verify_password(VAULT, hashed, "Word")
    assert not verify_password(OTHER_PEPPER, hashed, "word")
    unmarked = hashed.partition(MARK)[0]
    assert verify_password(VAULT, unmarked, "word")
    assert not verify_password(OTHER_PEPPER, unmarked, "word")


@pytest.mark.asvs("6.5.2")
def test_without_the_pepper_a_short_secret_has_another_digest() -> None:
    assert VAULT.code_digest("code", "123456") != OTHER_PEPPER.code_digest("code", "123456")
    assert VAULT.code_digest("code", "123456") != VAULT.code_digest("birth", "123456")
