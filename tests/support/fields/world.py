"""A world in which every class of field of every household holds a canary of its own.

Everything was played once (``databases.played``); then each family got names, dates, numbers and an
address that stand nowhere else. Any walk can set it back to how it was.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.vault import seal, unseal
from portal.domain.mailroom.roster.holds.protection_list import (
    ListedNumbers,
    NumberKind,
    load_list,
)
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import (
    birth_digest,
    open_child,
    open_household,
    seal_child,
    seal_household,
)
from portal.domain.people.households.search_feed import note_changed
from portal.domain.people.staff.models import StaffUser
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.databases.played import Played, play
from tests.support.fields.furnishing import furnish
from tests.support.resident import NOON
from tests.support.work import work_in

PARENTS, CHILDREN = date(1951, 1, 3), date(2006, 1, 5)
SYLLABLES = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
)


def rare() -> Iterator[str]:
    """Yield kanji of the second level, which our own texts hardly use, each once."""
    for row in range(0x99, 0xA0):
        for cell in range(0x40, 0xFD):
            try:
                yield bytes((row, cell)).decode("cp932")
            except UnicodeDecodeError:
                continue


def syllables(number: int) -> str:
    """Return five syllables that stand for a number."""
    said = ""
    for _ in range(5):
        number, place = divmod(number * 7 + 5, len(SYLLABLES))
        said += SYLLABLES[place]
    return said


@dataclass
class Planter:
    """Gives every member of every household fields of their own."""

    session: Session
    kanji: Iterator[str] = field(default_factory=rare)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def plant(self) -> None:
        """Plant in all households."""
        for household in self.session.scalars(select(Household).order_by(Household.id)):
            self._household(household)
        for staff in self.session.scalars(select(StaffUser)):
            self._colleague(staff)
        self.session.flush()

    def _colleague(self, staff: StaffUser) -> None:
        sealed, login = staff.totp_sealed, staff.login
        seed = unseal(VAULT.kek, sealed, f"staff_totp:{login}".encode())
        staff.login, staff.display_name = f"{login}-{4711 + staff.id}", self._name("職員")
        staff.totp_sealed = seal(VAULT.kek, seed, f"staff_totp:{staff.login}".encode())

    def _name(self, surname: str) -> str:
        return f"{surname}　{next(self.kanji)}{next(self.kanji)}"

    def _household(self, household: Household) -> None:
        key, number = VAULT.unwrap(household.wrapped_key), next(self.numbers)
        before = open_household(key, household.sealed, household.number_digest)
        surname = next(self.kanji) + next(self.kanji)
        born = PARENTS + timedelta(days=37 * number)
        fields = replace(
            before,
            name=self._name(surname),
            kana=f"{syllables(number)} {syllables(number + 5000)}",
            birth=born if before.birth else None,
            postal_code=f"139{8000 + number}",
            street=f"{surname}裏{number}番",
            building=f"{surname}館{number}号",
        )
        household.sealed = seal_household(key, fields, household.number_digest)
        household.birth_digest = birth_digest(VAULT, household.number_digest, born)
        for child in self.session.scalars(select(Child).filter_by(household_id=household.id)):
            self._child(child, key, surname)
        note_changed(self.session, [household.id])

    def _child(self, child: Child, key: bytes, surname: str) -> None:
        before, number = open_child(key, child.sealed, child.person_digest), next(self.numbers)
        born = CHILDREN + timedelta(days=11 * number)
        kana = f"{syllables(number + 10_000)} {syllables(number + 15_000)}"
        fields = replace(
            before,
            name=self._name(surname),
            kana=kana,
            birth=born if before.birth else None,
        )
        child.sealed = seal_child(key, fields, child.person_digest)


def protect_all(session: Session) -> None:
    """The ward's list names every household."""
    numbers = [
        open_household(VAULT.unwrap(row.wrapped_key), row.sealed, row.number_digest).number
        for row in session.scalars(select(Household))
    ]
    load_list(work_in(session, now=NOON), ListedNumbers(NumberKind.HOUSEHOLD, numbers))


@dataclass
class World:
    """A played database, and the copy to which it is set back."""

    played: Played
    path: Path
    kept: Path

    @property
    def database(self) -> Database:
        """The database in which pages read and write."""
        return self.played.site.database

    def keep(self) -> None:
        """Set back to what is now, from now on."""
        _copy(self.path, self.kept)

    def set_back(self) -> None:
        """Undo everything since ``keep``."""
        _copy(self.kept, self.path)


def make_world(folder: Path) -> World:
    """Play everything on a new SQLite database and plant canaries."""
    path = folder / "world.sqlite3"
    played = play(f"sqlite:///{path}", folder)
    # the demo's training has pages of its own, whose callers tell invented secrets
    ward = replace(played.site.program, is_demo=False)
    played = replace(played, site=replace(played.site, filed=ward))
    furnish(played, folder)
    with played.site.database.write() as session:
        Planter(session).plant()
    return World(played, path, folder / "kept.sqlite3")


def _copy(path: Path, to: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
