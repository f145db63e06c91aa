"""The played town as a staff site, with some of its families under protection or never there.

Both are asked the same at the same instants, without what differs between any two answers.
"""

import io
import logging
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from admin.app import make_staff_site
from portal.domain.foundation.actors import Role
from portal.domain.foundation.base import Base
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.loader import load_program
from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.households.models import Hold
from portal.platform.database import Database, make_engine
from portal.platform.logs.lines import JsonLines
from portal.platform.migrations import upgrade_tables
from portal.settings import Settings
from tests.functional.people.admin.test_looks import opened
from tests.support.databases.absent import Gone, forget
from tests.support.databases.stored import FOLDER, stored
from tests.support.databases.twins import steady
from tests.support.reading import pdf
from tests.support.resident import Loop, Visitor
from tests.support.staff import ROLES, Colleague, StaffSite, make_staff

HERE = "127.0.0.1"
"""The only address from which the demo's staff may come."""
UNKNOWING = tuple(role for role in ROLES if role is not Role.WARD_OFFICER)
OWN = re.compile(
    r'data-name="[0-9a-f]*"|(?<![\w-])[A-Z0-9]{4}-[A-Z0-9]{4}(?![\w-])|\d+\.\d秒|[\d.,]+ ?[GM]i?B'
    r"|\b[MC]\d{9}\b|\b[0-9a-f]{64}\b|(?<=-)[0-9a-f]{8}(?=\.pdf)|\b[0-9a-f]{4,16}(?=…)|●\d{3}(?!\d)"
)
"""A session's name, numbers of receipts, letters, cards and IDs (which are random) with the digests
and names of files that hold them, a machine's clock and its free disk."""
OF_A_REQUEST = frozenset({"x-request-id", "set-cookie", "content-length"})
LINE = re.compile(r'"(?:time|request|ms)": (?:"[^"]*"|[\d.]+),? ?')
NUMBERS = frozenset({"receipt_no", "number", "tracking_no"})
"""Columns with what stands on a paper of a family, and can be typed."""


@dataclass(frozen=True)
class Asked:
    """A request: an address, for a form with what is typed; ``htmx``: by a script, for a part.

    The form of a page that is only read says after which form it is asked for.
    """

    method: str
    path: str
    form: Mapping[str, str] = field(default_factory=dict)
    htmx: bool = False

    @property
    def of_a_thing(self) -> bool:
        """Whether it names something, so that there may be no such thing."""
        return bool(re.search(r"/\d", self.path))

    def __str__(self) -> str:
        typed = " ".join(f"{name}={value}" for name, value in self.form.items())
        part = " (part)" if self.htmx else ""
        return f"{self.method} {self.path} {typed}".rstrip() + part


@dataclass
class World:
    """A staff site and its people; ``numbers``: what can be typed to find the chosen families."""

    staff: StaffSite
    people: Mapping[Role, Colleague]
    numbers: tuple[str, ...] = ()
    gone: Gone = field(default_factory=dict)

    def keys(self, table: str) -> list[int]:
        """The newest keys of a table."""
        rows = Base.metadata.tables[table]
        with self.staff.database.read() as session:
            return list(session.scalars(select(rows.c.id).order_by(rows.c.id.desc())))

    def enter(self, role: Role) -> Visitor:
        """Somebody of this role, in a call if they have any."""
        visitor = self.staff.enter(self.people[role], self.staff.visitor(HERE))
        visitor.post("/calls/start", {"form_key": f"call-{self.staff.now}", "language": "ja"})
        return visitor


def restored(url: str) -> None:
    """Fill an empty database with the played town, in the tables of today."""
    stored("0.1.0", url.partition(":")[0].partition("+")[0]).restore(url)
    engine = make_engine(url)
    upgrade_tables(engine)
    engine.dispose()
    if path := engine.url.database if engine.dialect.name == "sqlite" else None:
        Path(path).chmod(0o600)


@contextmanager
def world(url: str, loop: Loop, folder: Path, logins: str = "twin") -> Iterator[World]:
    """The site on a restored town, a day after it was played, with people of its own."""
    kept, engine = stored("0.1.0", url.partition(":")[0].partition("+")[0]), make_engine(url)
    settings = Settings(
        program="demo",
        data_dir=folder,
        key_dir=FOLDER / kept.version / "keys",
        environment="test",
        public_url="http://127.0.0.1",
        admin_url="http://127.0.0.1",
        database_url=url,
    )
    site = make_staff_site(settings, engine=engine)
    site = replace(site, filed=load_program("demo", jst_date(kept.now)))
    staff = make_staff(site, Database(engine), loop, folder, kept.now + timedelta(days=1))
    try:
        yield World(staff, {role: staff.hire(role, f"{logins}-{role.value}") for role in ROLES})
    finally:
        engine.dispose()


def take_away(made: World, families: Collection[int]) -> None:
    """These families were never there."""
    with made.staff.database.write() as session:
        _unprint(session, families)
    made.gone = forget(made.staff.database.engine, families)
    with made.staff.database.write() as session:  # nor were their codes bought
        for batch in session.scalars(select(CouponBatch)):
            faces = list(session.scalars(select(Coupon.face_yen).filter_by(batch_id=batch.id)))
            batch.count, batch.total_yen = len(faces), sum(faces)


def _unprint(session: Session, families: Collection[int]) -> None:
    """Let the runs and files of the families' letters be without them."""
    for letter in session.scalars(select(Letter).where(Letter.household_id.in_(families))):
        run = session.get_one(PrintRun, letter.print_run_id)
        run.planned, run.children = run.planned - 1, run.children - letter.children
        run.total_yen -= letter.amount_yen
        where = {"print_run_id": run.id, "number": letter.chunk_number}
        for chunk in session.scalars(select(PrintChunk).filter_by(**where)):
            chunk.letters -= 1


def numbers_of(made: World, families: Collection[int]) -> tuple[str, ...]:
    """What stands on papers of these families."""
    found = set[str]()
    with made.staff.database.read() as session:
        for table in Base.metadata.tables.values():
            if "household_id" in table.c:
                for column in (table.c[name] for name in NUMBERS & set(table.c.keys())):
                    typed = select(column).where(table.c.household_id.in_(families))
                    found |= {str(one) for one in session.scalars(typed) if one}
    return tuple(sorted(found))


class Log(logging.Handler):
    """The lines of the log as a machine reads them, without times and numbers of requests."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.lines.append(LINE.sub("", self.format(record)))

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """The lines of a block."""
        self.lines = []
        ours = [logging.getLogger(name) for name in ("portal", "admin")]
        levels = [logger.level for logger in ours]
        for logger in ours:
            logger.addHandler(self)
            logger.setLevel(logging.INFO)
        try:
            yield self.lines
        finally:
            for logger, level in zip(ours, levels, strict=True):
                logger.removeHandler(self)
                logger.setLevel(level)


Pages = dict[str, object]
"""What each request was answered and what was logged of it."""


def told(made: World, role: Role, asked: Collection[Asked], known: list[int]) -> Pages:
    """What each request is answered, in order; officers have opened ``known`` with a reason."""
    found: Pages = {}
    visitor, things, log = made.enter(role), 0, Log()
    if role is Role.OFFICER:
        for key in known:
            opened(visitor, key)
    for place, one in enumerate(asked):
        things += one.of_a_thing
        if things == 8:  # before the twentieth key without a household in an hour
            made.staff.clock.advance(hours=1)
            visitor, things = made.enter(role), 0
        with log.listening() as lines:
            form = {"form_key": f"key{place}"} | dict(one.form)
            answer = _answered(visitor, one, form)
        assert answer.status_code < 500 or answer.status_code == 503, (str(one), lines)
        assert lines, "each request has its line"
        found[str(one)] = _without_its_own(answer), tuple(lines)
    return found


def _answered(visitor: Visitor, one: Asked, form: dict[str, str]) -> httpx.Response:
    if one.method == "GET":
        return visitor.get(one.path)
    headers = {"HX-Request": "true"} if one.htmx else {}
    return visitor.post(one.path, form, headers=headers)


def _without_its_own(answer: httpx.Response) -> tuple[object, ...]:
    headers = [pair for pair in answer.headers.multi_items() if pair[0] not in OF_A_REQUEST]
    if answer.content.startswith(b"%PDF"):
        return answer.status_code, headers, OWN.sub("", "\n".join(pdf.text(answer.content)))
    if answer.content.startswith(b"PK"):
        return answer.status_code, headers, sheets(answer.content)
    if answer.content.startswith(b"age-encryption.org"):
        # for a key that nobody here has; its length is made random by the library
        return answer.status_code, headers, "sealed for the ward"
    status, there, body = steady(answer)
    return status, there, headers, OWN.sub("", body)


def sheets(workbook: bytes) -> str:
    """The cells of a workbook; when it was made stands in another part."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        names = sorted(name for name in parts.namelist() if name.startswith("xl/"))
        return OWN.sub("", "\n".join(parts.read(name).decode() for name in names))


def search_is_ready(made: World) -> None:
    """Make the index now, as the keeper of a site does at its start."""
    made.staff.site.finder.advance(made.staff.database.read)


def protect(made: World, families: Collection[int], things: Collection[str]) -> None:
    """Put families under protection; ``things`` of nobody are the first one's."""
    first = min(families)
    with made.staff.database.write() as session:
        for table in sorted(things):
            rows = Base.metadata.tables[table]
            newest = select(rows.c.id).order_by(rows.c.id.desc()).limit(1).scalar_subquery()
            session.execute(rows.update().where(rows.c.id == newest).values(household_id=first))
        keys = ",".join(map(str, families))
        session.execute(text(f"UPDATE household SET protected = true WHERE id IN ({keys})"))
        for key in sorted(families):
            now = made.staff.now
            session.add(Hold(household_id=key, code="W01_PROTECTED", created_at=now))
