"""Who steals the database and no key cannot read names by counting (decision 0003 fell to this)."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.demo.extract import Extract
from portal.demo.families import ExtractPlan
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_households
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.tables import metadata
from portal.platform.database import Database, make_engine
from tests.support.count_attack import (
    ELSEWHERE,
    GIVEN,
    KANA,
    SURNAMES,
    Trained,
    by_class,
    columns_beside,
    guesses,
    joined_lengths,
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


def surnames(count: int, common: Mapping[str, float] = SURNAMES, seed: int = 4) -> Iterator[str]:
    """As common as in the public statistics; the rest are of the long tail."""
    chance = random.Random(seed)
    drawn = [name for name, part in common.items() for _ in range(round(part * count / 1000))]
    drawn += ["".join(chance.sample(TAIL, 2)) for _ in range(count - len(drawn))]
    chance.shuffle(drawn)
    yield from drawn


def common_names(extract: Extract) -> None:
    """Give the families of an extract names as they are spread in Japan."""
    name_families(extract, SURNAMES, 4)


def name_families(extract: Extract, common: Mapping[str, float], seed: int) -> None:
    """Name the families of an extract and write how their names are read."""
    chance = random.Random(seed + 1)
    drawn = surnames(FAMILIES, common, seed)
    for family, surname in zip(extract.families, drawn, strict=True):
        read = KANA.get(surname) or "ア" * chance.randint(3, 5)
        for person in {id(one): one for one in (family.head, *family.people)}.values():
            given = chance.choice(GIVEN.split())
            person.cells["氏名"] = f"{surname}　{given}"
            person.cells["氏名カナ"] = f"{read} {'ア' * (2 * len(given))}"


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


@dataclass(frozen=True)
class Dump:
    """A ward's stolen database: what it shows of each family, and the surname of each."""

    lengths: list[Counter[tuple[str, int]]]
    before: list[Counter[tuple[str, int]]]
    real: list[str]


def dump_of(url: str, folder: Path, common: Mapping[str, float], seed: int) -> Dump:
    """Import a ward with these surnames, and return it as a thief and as its keys see it."""
    database = Database(make_engine(url))
    folder.mkdir()
    ward = Ward(database, folder, ExtractPlan(households=FAMILIES, seed=seed, clean=True))
    ward.hand_over(lambda extract: name_families(extract, common, seed))
    with database.read() as session:
        ids = list(session.scalars(select(Household.id).order_by(Household.id)))
        views = view_households(work_in(session), ids)
        found = joined_lengths(session, metadata, ids)
        before = [Counter[tuple[str, int]]() for _ in ids]
        for at, view in enumerate(views):
            before[at]["household.sealed", _written(view.fields)] += 1
            for child in view.children:
                before[at]["child.sealed", _written(child.fields)] += 1
    database.engine.dispose()
    return Dump(found, before, [view.fields.name.split("　")[0] for view in views])


def _written(fields: HouseholdFields | ChildFields) -> int:
    """How long a record is before it is filled up."""
    return len(json.dumps(asdict(fields), ensure_ascii=False, default=str).encode())


@pytest.mark.parametrize("common", [SURNAMES, ELSEWHERE], ids=["national", "elsewhere"])
def test_an_attacker_with_an_own_ward_learns_nothing_from_lengths(
    common: Mapping[str, float], new_sqlite: Callable[[bool], str], tmp_path: Path
) -> None:
    """Joined over all tables, also with surnames of which the program never saw the statistics."""
    own = dump_of(new_sqlite(True), tmp_path / "own", common, 31)
    stolen = dump_of(new_sqlite(True), tmp_path / "stolen", common, 32)
    trained = Trained.on(common, own.lengths, own.real)
    assert {"household.sealed", "child.sealed"} <= {column for column, _length in trained.all}
    assert share_read(trained.guesses(stolen.lengths), stolen.real) < READABLE
    if common is ELSEWHERE:  # so that it can fail: exact lengths, as they were stored before
        trained = Trained.on(common, own.before, own.real)
        assert share_read(trained.guesses(stolen.before), stolen.real) > 2 * READABLE


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
