"""Sealing the texts that people type on a row, under the row's own key."""

from collections.abc import Mapping
from typing import Protocol

from portal.domain.foundation.vault import Vault, seal_json, unseal_json


class SealedRow(Protocol):
    """A row with a wrapped key and values sealed under it, both None before anything is typed."""

    @property
    def wrapped_key(self) -> bytes | None:
        """The row's own key, wrapped."""

    @property
    def sealed(self) -> bytes | None:
        """The values, sealed under the row's key."""


def sealed_values(vault: Vault, place: str, values: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Return a new wrapped key and the values sealed under it, bound to their place."""
    key, wrapped = vault.new_data_key()
    return wrapped, seal_json(key, dict(values), place)


def opened_values(vault: Vault, place: str, row: SealedRow) -> dict[str, str]:
    """Return a row's sealed values; an empty dict if nothing was typed.

    Raises IntegrityFaultError if the bytes were changed.
    """
    if row.wrapped_key is None or row.sealed is None:
        return {}
    opened: dict[str, str] = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, place)
    return opened
