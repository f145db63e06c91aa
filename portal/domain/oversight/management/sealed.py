"""Sealing what people type on a row, under a key of the row's own."""

from collections.abc import Mapping
from typing import Protocol

from portal.domain.foundation.vault import Vault, seal_json, unseal_json


class SealedRow(Protocol):
    """A row with a wrapped key and what is sealed under it.

    Both are absent while nothing was typed.
    """

    wrapped_key: bytes | None
    sealed: bytes | None


def sealed_values(vault: Vault, place: str, values: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Return a fresh wrapped key and the values sealed under it, bound to their place."""
    key, wrapped = vault.new_data_key()
    return wrapped, seal_json(key, dict(values), place)


def seal_into(vault: Vault, row: SealedRow, place: str, values: Mapping[str, str]) -> None:
    """Seal values into a row, in place of what it held."""
    row.wrapped_key, row.sealed = sealed_values(vault, place, values)


def read(
    vault: Vault, wrapped_key: bytes | None, sealed: bytes | None, place: str
) -> dict[str, str]:
    """Return what is sealed, nothing where nothing was typed.

    Raises IntegrityFaultError for changed bytes.
    """
    if wrapped_key is None or sealed is None:
        return {}
    opened: dict[str, str] = unseal_json(vault.unwrap(wrapped_key), sealed, place)
    return opened
