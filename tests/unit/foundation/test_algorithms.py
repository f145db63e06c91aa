"""A sealed value says which algorithm sealed it, so that another can take its place."""

import pytest

from portal.domain.foundation import vault
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.vault import ALGORITHMS, seal, sealed_anew, unseal

KEY, CONTEXT = bytes(range(32)), b"here"
OTHER = next(mark for mark in ALGORITHMS if mark)


@pytest.fixture
def exchanged(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A value of before, and a program whose algorithm was exchanged."""
    before = seal(KEY, b"value", CONTEXT)
    monkeypatch.setattr(vault, "SEALING", OTHER)
    return before


@pytest.mark.asvs("11.2.2")
def test_after_an_exchange_old_values_open_and_new_ones_name_the_new_algorithm(
    exchanged: bytes,
) -> None:
    new = seal(KEY, b"value", CONTEXT)
    assert new.startswith(OTHER)
    assert not exchanged.startswith(OTHER)
    assert {unseal(KEY, one, CONTEXT) for one in (exchanged, new)} == {b"value"}


@pytest.mark.asvs("11.2.2")
def test_what_the_old_algorithm_sealed_is_sealed_anew_once(exchanged: bytes) -> None:
    again = sealed_anew(KEY, exchanged, CONTEXT)
    assert again is not None
    assert again.startswith(OTHER)
    assert unseal(KEY, again, CONTEXT) == b"value"
    assert sealed_anew(KEY, again, CONTEXT) is None


def test_a_value_that_was_changed_opens_with_no_algorithm(exchanged: bytes) -> None:
    new = seal(KEY, b"value", CONTEXT)
    for changed in (
        new[:-1],
        new[len(OTHER) :],
        OTHER + exchanged,
        new[:-1] + bytes([new[-1] ^ 1]),
    ):
        with pytest.raises(IntegrityFaultError):
            unseal(KEY, changed, CONTEXT)
    for other in (b"there", b""):
        with pytest.raises(IntegrityFaultError):
            unseal(KEY, new, other)
