"""Sealing the texts that people type on a row, under the row's own key."""

from collections.abc import Mapping
from typing import Protocol

from portal.domain.foundation.vault import Vault, seal_json, unseal_json


class SealedRow(Protocol):
    """A row with a wrapped key and values sealed under it, both None before anything is typed."""

    wrapped_key: bytes | None
    sealed: bytes | None


def sealed_values(vault: Vault, place: str, values: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Return a new wrapped key and the values sealed under it, bound to their place."""
    key, wrapped = vault.new_data_key()
    return wrapped, seal_json(key, dict(values), place)


def seal_into(vault: Vault, row: SealedRow, place: str, values: Mapping[str, str]) -> None:
    """Seal values into a row, replacing what it held."""
    row.wrapped_key, row.sealed = sealed_values(vault, place, values)


def read(
    vault: Vault, wrapped_key: bytes | None, sealed: bytes | None, place: str
) -> dict[str, str]:
    """Return the sealed values; an empty dict if nothing was typed.

    Raises IntegrityFaultError if the bytes were changed.
    """
    if wrapped_key is None or sealed is None:
        return {}
    opened: dict[str, str] = unseal_json(vault.unwrap(wrapped_key), sealed, place)
    return opened
