"""Two worlds, with a protected family and without: nobody but the ward can tell which is which.

The families are generated. Whatever is searched for, by each field and role, the answers have the
same bytes and the same lines in the log, after the same statements; and the ward's officer, who may
know, finds the family by each of them, so that the searches are no empty ones.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.domain.foundation.actors import Role
from portal.domain.people.authn import sessions
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.records import open_household, seal_household
from portal.domain.people.households.search_feed import note_changed
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.platform.database import Database, make_engine
from portal.platform.http.cookies import form_token
from tests.functional.desk.call_desk.support import TRACKING, enroll_telephone, letter_of, posted
from tests.support.coupons import VAULT
from tests.support.databases.statements import counted_statements
from tests.support.databases.twins import differing, steady
from tests.support.people import CANARY_BIRTH, Person
from tests.support.resident import Visitor
from tests.support.staff import COOKIE, StaffSite, make_staff, start_session
from tests.support.work import work_in

NAMES = (
    ("濵﨑　碧", "ハマサキ アオイ", "Hamasaki Aoi"),
    ("大野　翔", "オオノ ショウ", "Oono Sho"),
    ("渡邊　凛", "ワタナベ リン", "Watanabe Rin"),
)
DESK = (Role.AGENT, Role.SUPERVISOR, Role.OFFICER)
Search = tuple[str, Mapping[str, str]]
"""What is typed, by a name and the fields of the form."""
QUIET = settings(
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Family:
    """A generated family; ``relative``: an ordinary one has the same name and telephone."""

    name: int
    telephone: str
    children: int
    state: str
    relative: bool
    tasks: frozenset[TaskKind]


FAMILIES = st.builds(
    Family,
    st.integers(0, len(NAMES) - 1),
    st.integers(10_000_000, 99_999_999).map(lambda number: f"+8190{number}"),
    st.integers(1, 4),
    st.sampled_from(["printed", "handed_over"]),
    st.booleans(),
    st.frozensets(st.sampled_from([TaskKind.NEW_LETTER, TaskKind.UNMATCHED]), max_size=2),
)


def live(staff: StaffSite, family: Family, *, protected: bool) -> tuple[Person, str, list[str]]:
    """Let a family be there, with a letter and a telephone.

    Returns it, its letter's number and the receipt numbers that it was given.
    """
    receipts = []
    person = staff.add_household(children=family.children, protected=protected)
    name, kana, _romaji = NAMES[family.name]
    with staff.database.write() as session:
        row = session.get_one(Household, person.household_id)
        key = VAULT.unwrap(row.wrapped_key)
        read = open_household(key, row.sealed, row.number_digest)
        fields = replace(read, name=name, kana=kana)
        row.sealed = seal_household(key, fields, row.number_digest)
        note_changed(session, [person.household_id])
        for kind in (TaskKind.NEW_LETTER, *sorted(family.tasks)):
            work = work_in(session, now=staff.now)
            receipts.append(open_task(work, kind, person.household_id, {}).receipt_no)
        if protected:
            session.add(
                Hold(household_id=person.household_id, code="W01_PROTECTED", created_at=staff.now)
            )
    number = letter_of(staff, person, family.state)
    if protected and family.state == "handed_over":
        posted(staff, person, number)
    enroll_telephone(staff, person, family.telephone)
    return person, number, receipts


def asked_for(family: Family, person: Person, letter: str, receipts: list[str]) -> Iterator[Search]:
    """Every search by which somebody may come upon the family."""
    name, kana, romaji = NAMES[family.name]
    local = f"0{family.telephone.removeprefix('+81')}"
    for typed in (name, kana, romaji, name[:2]):
        yield "name", {"name": typed}
        yield "name and birth", {"name": typed, "birth": CANARY_BIRTH.isoformat()}
    yield "postal", {"name": name, "postal": "139-0001"}
    for typed in (person.login_id, letter, TRACKING, *receipts, local):
        yield "number", {"number": typed}
    yield "telephone", {"telephone": local}


def in_one_box(searches: list[Search]) -> list[Search]:
    """The same, each text typed into the box of every page."""
    texts = dict.fromkeys(text for _what, form in searches for text in form.values())
    return [(f"name? {text}", {"q": text}) for text in texts]


class Log(logging.Handler):
    """The lines of the log without numbers, which are times and requests."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.lines.append(re.sub(r"\d+", "#", record.getMessage()))


@contextmanager
def world(staff: StaffSite, path: Path) -> Iterator[StaffSite]:
    """A copy of the town, with an engine and an index of its own."""
    with staff.database.engine.connect() as connection, sqlite3.connect(path) as kept:
        there: Any = connection.connection.driver_connection
        there.backup(kept)
    kept.close()
    engine = make_engine(f"sqlite:///{path}")
    try:
        yield make_staff(staff.site, Database(engine), staff.loop, staff.folder, staff.now)
    finally:
        engine.dispose()
        path.unlink()


def with_session(staff: StaffSite, token: str, address: str) -> Visitor:
    """The same person with the same cookie, in this world."""
    visitor = staff.visitor(address)
    visitor.http.cookies.set(COOKIE, token, domain="127.0.0.1")
    visitor.token = form_token(staff.site.vault, sessions.token_hash(token).hex())
    return visitor


def shape(statements: list[str]) -> tuple[str, ...]:
    """Statements without what they ask for: how many keys there are changes their text."""
    return tuple(re.sub(r"IN \(.*", "IN", one, flags=re.DOTALL) for one in statements)


@dataclass(frozen=True)
class Way:
    """Where a text is sent, and where the answer is read again."""

    sent: str
    shown: str


DESK_FORM, DESK_BOX = Way("/desk/search", "/desk"), Way("/find/search", "/desk")
OFFICE_FORM, OFFICE_BOX = (
    Way("/households/search", "/households"),
    Way("/find/search", "/households"),
)
BEFORE_A_CALL = Way("/find/search", "/find")


def told(staff: StaffSite, visitor: Visitor, way: Way, searches: list[Search]) -> dict[str, object]:
    """What each search answers, what is logged of it, and which statements it takes."""
    found: dict[str, object] = {}
    # makes the index
    visitor.post(way.sent, {"form_key": "first", "name": "無関係", "q": "無関係"})
    log = Log()
    logging.getLogger().addHandler(log)
    try:
        for place, (what, form) in enumerate(searches):
            with counted_statements(staff.database) as ran:
                sent = visitor.post(way.sent, {"form_key": f"{way}{place}"} | dict(form))
                shown = visitor.get(way.shown)
            found[f"{place} {what}"] = steady(sent), steady(shown), tuple(log.lines), shape(ran)
            log.lines.clear()
    finally:
        logging.getLogger().removeHandler(log)
    return found


def compare(staff: StaffSite, family: Family, folder: Path) -> None:
    """Search in both worlds as everybody who searches."""
    if family.relative:
        live(staff, family, protected=False)
    people = {role: staff.hire(role) for role in (*DESK, Role.WARD_OFFICER)}
    tokens = {role: start_session(staff.database, one, staff.now) for role, one in people.items()}
    seen: list[dict[tuple[Role, Way], dict[str, object]]] = []
    searches: list[Search] = []
    for there in (True, False):
        with world(staff, folder / f"world-{there}.sqlite3") as made:
            made.people = 900
            if there:
                searches = list(asked_for(family, *live(made, family, protected=True)))
            answers: dict[tuple[Role, Way], dict[str, object]] = {}
            for role, one in people.items():
                visitor, boxed = with_session(made, tokens[role], one.address), in_one_box(searches)
                if role in {Role.OFFICER, Role.WARD_OFFICER}:
                    answers[role, OFFICE_FORM] = told(made, visitor, OFFICE_FORM, searches)
                    answers[role, OFFICE_BOX] = told(made, visitor, OFFICE_BOX, boxed)
                else:
                    answers[role, BEFORE_A_CALL] = told(made, visitor, BEFORE_A_CALL, boxed)
                if role in DESK:
                    visitor.post("/calls/start", {"form_key": "call", "language": "ja"})
                    answers[role, DESK_FORM] = told(made, visitor, DESK_FORM, searches)
                    answers[role, DESK_BOX] = told(made, visitor, DESK_BOX, boxed)
            seen.append(answers)
    for role, way in seen[0]:
        different = differing(seen[0][role, way], seen[1][role, way])
        if role is Role.WARD_OFFICER:
            named = [line for line in different if "name" in line.split(":")[0]]
            assert named, "who may know finds the family"
            assert "支援措置" in str(seen[0][role, way])
        else:
            assert different == [], (role, way)


@settings(QUIET, max_examples=2)
@given(family=FAMILIES)
def test_no_search_tells_whether_a_protected_family_is_there(
    sqlite_staff: StaffSite, tmp_path_factory: pytest.TempPathFactory, family: Family
) -> None:
    compare(sqlite_staff, family, tmp_path_factory.mktemp("worlds"))


@pytest.mark.matrix
@settings(QUIET, max_examples=12)
@given(family=FAMILIES)
def test_no_search_tells_it_of_many_families(
    sqlite_staff: StaffSite, tmp_path_factory: pytest.TempPathFactory, family: Family
) -> None:
    compare(sqlite_staff, family, tmp_path_factory.mktemp("worlds"))
