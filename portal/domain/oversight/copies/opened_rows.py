"""Open the sealed rows of a database with the keys, so that nobody learns too late that none fits.

Every data key of every table is unwrapped; every household, child and login is decrypted and found
again by its digest.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from msgspec import Struct
from sqlalchemy import Select, column, func, select, table
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, opening_for_nobody, unseal
from portal.domain.mailroom.roster.checks.stored_keys import household_keys
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import (
    household_digest,
    open_child,
    open_household,
)

WRAPPED = "wrapped_key"
AT_ONCE = 500


class Opened(Struct, frozen=True):
    """How many rows the keys opened."""

    data_keys: int
    households: int
    children: int
    logins: int

    @property
    def all(self) -> int:
        """All of them."""
        return self.data_keys + self.households + self.children + self.logins


@dataclass(frozen=True, slots=True)
class SealedRows:
    """The sealed rows of a database, also of one with an earlier version's tables.

    Attributes:
        session: Reads the database.
        vault: The keys.
        tables: The tables with data keys (column ``wrapped_key``).
    """

    session: Session = field(repr=False)
    vault: Vault = field(repr=False)
    tables: Collection[str]

    def open_all(self) -> Opened:
        """Open every row.

        Raises:
            IntegrityFaultError: a row does not open, or is not found by its digest.
        """
        with opening_for_nobody():
            return Opened(
                data_keys=self._data_keys(),
                households=self._households(),
                children=self._children(),
                logins=self._logins(),
            )

    @contextmanager
    def _rows(self, statement: Select[*tuple[bytes, ...]]) -> Iterator[Iterable[Sequence[bytes]]]:
        """Read rows a few at a time; the database's cursor is closed also if one does not open."""
        found = self.session.execute(statement.execution_options(yield_per=AT_ONCE))
        try:
            yield found
        finally:
            found.close()

    def _data_keys(self) -> int:
        opened = 0
        for name in sorted(self.tables):
            held = table(name, column(WRAPPED)).c[WRAPPED]
            # a staged household of which nothing could be stored has no key
            with self._rows(select(held).where(func.length(held) > 0)) as rows:
                for (wrapped,) in rows:
                    self.vault.unwrap(bytes(wrapped))
                    opened += 1
        return opened

    def _households(self) -> int:
        opened = 0
        statement = select(Household.wrapped_key, Household.sealed, Household.number_digest)
        with self._rows(statement) as rows:
            for wrapped, sealed, digest in rows:
                fields = open_household(self.vault.unwrap(wrapped), sealed, digest)
                made = (household_digest(self.vault, key) for key in household_keys(fields))
                _same(next((one for one in made if one == digest), b""), digest)
                opened += 1
        return opened

    def _children(self) -> int:
        opened = 0
        statement = select(Household.wrapped_key, Child.sealed, Child.person_digest).join(
            Household, Household.id == Child.household_id
        )
        with self._rows(statement) as rows:
            for wrapped, sealed, digest in rows:
                open_child(self.vault.unwrap(wrapped), sealed, digest)
                opened += 1
        return opened

    def _logins(self) -> int:
        opened = 0
        statement = select(Credential.login_sealed, Credential.login_digest)
        with self._rows(statement) as rows:
            for sealed, digest in rows:
                login = unseal(self.vault.kek, sealed, digest).decode()
                _same(self.vault.blind("login", login), digest)
                opened += 1
        return opened


def _same(made: bytes, stored: bytes) -> None:
    if made != stored:
        raise IntegrityFaultError(
            _s(
                "行は復号できますが、検索の鍵（index.key）が合いません。鍵フォルダー"
                "（PORTAL_KEY_DIR）がこのデータベースのものか確かめてください。"
            )
        )
