"""A running staff site with invented families, tasks, holds, letters and imports."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Role
from portal.domain.foundation.vault import seal_json
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.mailroom.roster.models import RosterImport, RosterRow
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.platform.database import Database, make_engine
from portal.settings import Settings
from tests.support.coupons import VAULT
from tests.support.people import Person, add_person, give_coupons
from tests.support.programs.servers import Server, StartServer
from tests.support.resident import NOON
from tests.support.staff import COOKIE, Colleague, hire, serve_staff, start_session
from tests.support.work import work_in


@dataclass
class ServedStaff:
    """The server, its database, its colleagues, and the numbers of what is in it."""

    server: Server
    database: Database
    offset: timedelta
    colleagues: dict[Role, Colleague] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return self.server.url

    @property
    def now(self) -> datetime:
        """The server's time."""
        return datetime.now(UTC) + self.offset

    def enter(self, page: Page, role: Role = Role.WARD_OFFICER) -> Colleague:
        """Give the browser a session of a colleague."""
        colleague = self.colleagues[role]
        token = start_session(self.database, colleague, self.now)
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.url}])
        return colleague

    def speak(self, page: Page, language: str) -> None:
        """Make the site speak a language to this browser."""
        page.context.add_cookies([{"name": "staff-lang", "value": language, "url": self.url}])

    def go(self, page: Page, path: str) -> None:
        """Open a page; ``{name}`` stands for the number of something."""
        page.goto(self.url + path.format(**self.numbers))


def _household(
    served: ServedStaff, number: int, *, protected: bool = False, active: bool = False
) -> Person:
    return add_person(
        served.database,
        served.now,
        number=f"96{number:08}",
        protected=protected,
        active=active,
        children=2,
    )


def _seed(served: ServedStaff, folder: Path) -> None:
    now, numbers = served.now, served.numbers
    people = [
        _household(served, number, active=number < 3, protected=number == 5)
        for number in range(1, 8)
    ]
    give_coupons(served.database, folder, now, count=30)
    for role in (Role.WARD_OFFICER, Role.OFFICER, Role.AGENT, Role.ADMINISTRATOR, Role.AUDITOR):
        served.colleagues[role] = hire(served.database, now, role, role.value)
    with served.database.write() as session:
        numbers["household"], numbers["protected"] = people[0].household_id, people[4].household_id
        for name, person, code in (
            ("one", people[1], "W06_INSTITUTION"),
            ("two", people[2], "W10_MOVED_AFTER_BASE"),
            ("gaiji", people[3], "W02_GAIJI"),
            ("image", people[6], "W02_GAIJI"),
            ("ward", people[4], "W01_PROTECTED"),
        ):
            household = session.get_one(Household, person.household_id)
            numbers[name] = put_hold(work_in(session, now=now), household, code).id
        for name, kind, person in (
            ("letter", TaskKind.NEW_LETTER, people[0]),
            ("frozen", TaskKind.BIRTH_FROZEN, people[5]),
        ):
            numbers[name] = open_task(work_in(session, now=now), kind, person.household_id, {}).id
        written = {"name": "鶉野　瑠璃子", "contact": "090-1234-5678"}
        numbers["unmatched"] = open_task(
            work_in(session, now=now), TaskKind.UNMATCHED, None, written
        ).id
        _print(session, people[:2], now, numbers)
        _import(session, now, numbers)
        _tell(session, people[0], now)


def _tell(session: Session, person: Person, now: datetime) -> None:
    """A delivery log with every medium: sent, failed and followed by a card, stopped."""
    rows = (
        ("received", "email", "sent", None),
        ("decided", "sms", "bounced", "http_400"),
        ("decided", "card", "waiting", None),
        ("posted", "card", "printed", None),
        ("deadline_near", "sms", "stopped", "held"),
    )
    session.add_all(
        Announcement(
            household_id=person.household_id,
            event=event,
            dedupe_key=f"{event}:{medium}",
            medium=medium,
            state=state,
            created_at=now,
            changed_at=now,
            sent_at=now if state in ("sent", "printed") else None,
            tries=1,
            last_error=error,
        )
        for event, medium, state, error in rows
    )


def _print(session: Session, people: list[Person], now: datetime, numbers: dict[str, int]) -> None:
    run = PrintRun(
        kind="credential",
        state="built",
        planned=len(people),
        children=2 * len(people),
        total_yen=60_000 * len(people),
        folder="letters",
        notice_date=now.date(),
        created_at=now,
        finished_at=now,
    )
    session.add(run)
    session.flush()
    numbers["run"] = run.id
    session.add(
        PrintChunk(
            print_run_id=run.id,
            number=1,
            state="built",
            file_name="letters-0001.pdf",
            sha256="ab" * 32,
            letters=len(people),
            built_at=now,
        )
    )
    for place, person in enumerate(people, 1):
        session.add(
            Letter(
                number=new_letter_number(),
                household_id=person.household_id,
                kind="credential",
                state="printed",
                print_run_id=run.id,
                chunk_number=1,
                position=place,
                children=2,
                amount_yen=60_000,
                created_at=now,
                printed_at=now,
            )
        )


def _import(session: Session, now: datetime, numbers: dict[str, int]) -> None:
    key, wrapped = VAULT.new_data_key()
    found = RosterImport(
        file_name="extract.csv",
        sha256="cd" * 32,
        layout="sample",
        extracted=now.date(),
        has_protection=True,
        first=True,
        state="applied",
        wrapped_key=wrapped,
        created_at=now,
        applied_at=now,
        totals={
            "records": 302,
            "rows": {"accept": 277, "exclude": 8, "reject": 17},
            "households": {"issue": 87, "hold": 21},
            "yen_issue": 3_990_000,
            "yen_hold": 780_000,
        },
        differences={"household_new": 3, "address": 2},
    )
    session.add(found)
    session.flush()
    numbers["import"] = found.id
    sealed = seal_json(
        key, {"household_no": "0012345678", "person_no": "0098765432", "protected": False}, "row:7"
    )
    session.add(
        RosterRow(
            import_id=found.id,
            record=7,
            line=8,
            result="reject",
            codes=["E04_BIRTHDATE"],
            sealed=sealed,
        )
    )


@dataclass(frozen=True)
class Stage:
    """A running site, its settings, its database file, and what everyone finds in it."""

    settings: Settings
    served: ServedStaff
    path: Path
    as_seeded: Path

    def set_back(self) -> ServedStaff:
        """Give the running site its first data again, and return a view that remembers nothing."""
        _copy(self.as_seeded, self.path)
        served = self.served
        return replace(served, colleagues=dict(served.colleagues), numbers=dict(served.numbers))


def _copy(path: Path, to: Path) -> None:
    """Copy a database that is in use over another one, which may be in use too."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


@pytest.fixture(scope="session")
def staff_stage(
    start_lasting_server: StartServer,
    resident_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """One site for all files of tests: to start one costs as much as ten of its pages."""
    folder = tmp_path_factory.mktemp("served-staff")
    path, as_seeded = folder / "portal.sqlite3", folder / "as-seeded.sqlite3"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    server = serve_staff(start_lasting_server, resident_settings, url)
    engine = make_engine(url)
    served = ServedStaff(server, Database(engine), NOON - datetime.now(UTC))
    _seed(served, folder)
    _copy(path, as_seeded)
    yield Stage(resident_settings, served, path, as_seeded)
    engine.dispose()


@pytest.fixture(scope="module")
def served_staff(staff_stage: Stage) -> ServedStaff:
    """The staff site in the summer of 2023, with work to do.

    Each file of tests finds it as it was seeded, so that none meets another's.
    """
    return staff_stage.set_back()
