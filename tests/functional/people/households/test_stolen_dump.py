"""Who steals the database and no key cannot read names by counting (decision 0003 fell to this)."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.demo.extract import Extract
from portal.demo.families import ExtractPlan
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_households
from portal.domain.tables import metadata
from portal.platform.database import Database
from tests.support.count_attack import (
    GIVEN,
    SURNAMES,
    by_class,
    columns_beside,
    guesses,
    packed,
    pieces,
    share_read,
)
from tests.support.coupons import VAULT
from tests.support.mailroom.roster import Ward
from tests.support.work import work_in

FAMILIES = 1_000
READABLE = 0.02
TAIL = "水渚汀霞葦舟戸鷺沼堰守浮予貼能登竹蔵早藻岩笹奥城岸滝沖浦宮島"


def surnames(count: int) -> Iterator[str]:
    """As common as in the public statistics; the rest are of the long tail."""
    chance = random.Random(4)
    drawn = [name for name, part in SURNAMES.items() for _ in range(round(part * count / 1000))]
    drawn += ["".join(chance.sample(TAIL, 2)) for _ in range(count - len(drawn))]
    chance.shuffle(drawn)
    yield from drawn


def common_names(extract: Extract) -> None:
    """Give the families of an extract names as they are spread in Japan."""
    chance = random.Random(5)
    for family, surname in zip(extract.families, surnames(FAMILIES), strict=True):
        for person in (family.head, *family.people):
            person.cells["氏名"] = f"{surname}　{chance.choice(GIVEN.split())}"


@pytest.fixture
def dumped(sqlite_database: Database, tmp_path: Path) -> tuple[Database, list[int], list[str]]:
    """A ward after its first import, with the surname of each family."""
    ward = Ward(sqlite_database, tmp_path, ExtractPlan(households=FAMILIES, seed=21, clean=True))
    ward.hand_over(common_names)
    with sqlite_database.read() as session:
        ids = list(session.scalars(select(Household.id).order_by(Household.id)))
        views = view_households(work_in(session), ids)
    return sqlite_database, ids, [view.fields.name.split("　")[0] for view in views]


def test_nothing_in_the_database_lets_surnames_be_counted(
    dumped: tuple[Database, list[int], list[str]],
) -> None:
    database, ids, real = dumped
    assert len(set(real)) > len(SURNAMES)
    seen = set()
    with database.read() as session:
        for name, values in columns_beside(session, metadata, ids):
            seen.add(name)
            for guessed in (
                by_class([tuple(map(str, one)) for one in values]),
                by_class([tuple(len(str(value)) for value in one) for one in values]),
                guesses(packed(values)),
            ):
                assert share_read(guessed, real) < READABLE, name
    assert {"household.sealed", "household.protected", "search_feed.revision"} <= seen


def test_the_attack_reads_the_digests_that_were_stored_before(
    dumped: tuple[Database, list[int], list[str]],
) -> None:
    """So that the test above can fail: four bytes for each piece, one key for all families."""
    _database, _ids, real = dumped
    read = share_read(guesses(old_digests(real)), real)
    assert read > 4 * READABLE, read


def old_digests(real: Sequence[str]) -> list[frozenset[bytes]]:
    return [
        frozenset(VAULT.blind("gram.name", piece, 4) for piece in pieces(fold_name(surname)))
        for surname in real
    ]
