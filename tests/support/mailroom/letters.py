"""Builds letters of canary households and reads them back.

``main`` builds them in a process of its own, to be killed.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

import portal.domain.tables  # noqa: F401  (all tables, as the command line knows them)
from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.clock import FixedClock
from portal.domain.letters.documents.kinds import DocumentKind
from portal.domain.letters.documents.models import DocumentVersion
from portal.domain.letters.documents.services import digest_of, living
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.people.authn.passwords import verify_password
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.models import Hold
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.platform.database import Database, make_engine
from tests.support.coupons import NOW, VAULT
from tests.support.people import CANARY_NAME, add_household
from tests.support.reading import pdf
from tests.support.sample_ward import sample_program
from tests.support.work import work_in

PUBLIC_URL = "https://coupon.shiokaze.example"
ID = re.compile(r"\b(\d{4})-(\d{3})-(\d{3})\b")
PASSWORD = re.compile(r"\b([A-Z0-9]{4})-([A-Z0-9]{4})-([A-Z0-9]{4})\b")
NUMBER = re.compile(r"\bM\d{9}\b")


@dataclass(frozen=True)
class Paper:
    """One letter as a person at the kitchen table sees it."""

    file: str
    page: int
    number: str
    login_id: str
    password: str
    text: str


def printer(database: Database, folder: Path, clock: FixedClock | None = None) -> Printer:
    """A printer for the sample program, on whose data all these tests run."""
    program = sample_program()
    approve_texts(database)
    return Printer(
        database.read,
        database.write,
        VAULT,
        clock or FixedClock(NOW),
        SYSTEM,
        program,
        folder,
        PUBLIC_URL,
    )


def approve_texts(database: Database) -> None:
    """The ward has approved the texts of the sample program's letter and advance notice, once."""
    program = sample_program()
    notice = (
        () if program.advance is None else ((DocumentKind.ADVANCE, program.advance.texts_file),)
    )
    for kind, path in ((DocumentKind.LETTER, program.letter_texts_file), *notice):
        _approve(database, kind, path)


def _approve(database: Database, kind: str, path: Path) -> None:
    content = path.read_bytes()
    with database.write() as session:
        if living(session, kind, digest_of(content)) is None:
            session.add(
                DocumentVersion(
                    kind=kind,
                    number=1,
                    label="第1版",
                    file_name=path.name,
                    sha256=digest_of(content),
                    content=content,
                    state="approved",
                    proposed_at=NOW,
                    instruction_no="5汐子第1号",
                    instruction_on=date(2023, 6, 1),
                    decided_at=NOW,
                )
            )


def add_families(
    database: Database,
    count: int,
    *,
    protected: Sequence[int] = (),
    held: Sequence[int] = (),
    names: dict[int, str] | None = None,
    known: bool = True,
) -> list[int]:
    """Add canary households (numbered from 0, one or two children) with protection on record."""
    ids = []
    approve_texts(database)
    with database.write() as session:
        for at in range(count):
            name = (names or {}).get(at, CANARY_NAME)
            ids.append(
                add_household(
                    session,
                    VAULT,
                    f"99{at:08}",
                    NOW,
                    children=1 + at % 2,
                    protected=at in protected,
                    name=name,
                )
            )
            if at in held:
                session.add(Hold(household_id=ids[-1], code="W06_INSTITUTION", created_at=NOW))
        if known:
            record_protection(work_in(session), ProtectionSource.EXTRACT)
    return ids


def read_papers(paths: Sequence[Path]) -> list[Paper]:
    """Every page of the files, read back."""
    papers = []
    for path in paths:
        for page, text in enumerate(pdf.text(path.read_bytes()), 1):
            login_id, password = ID.search(text), PASSWORD.search(text)
            assert login_id, f"no ID on page {page} of {path.name}"
            assert password, f"no password on page {page} of {path.name}"
            (number,) = set(NUMBER.findall(text))
            papers.append(
                Paper(
                    path.name,
                    page,
                    number,
                    "".join(login_id.groups()),
                    "".join(password.groups()),
                    text,
                )
            )
    return papers


def main() -> None:
    """Build letters with two workers: URL of the database, folder, letters per file."""
    url, folder, chunk_size = sys.argv[1:]
    database = Database(make_engine(url))
    built = build_letters(printer(database, Path(folder)), chunk_size=int(chunk_size), workers=2)
    database.engine.dispose()
    sys.stdout.write("built\n" if isinstance(built, BuiltRun) else "nothing\n")


def households_of(database: Database, papers: list[Paper]) -> dict[str, int]:
    """Letter number → household, checked against the credential that the letter opens."""
    found = {}
    with database.read() as session:
        for paper in papers:
            credential = session.scalar(
                select(Credential).where(
                    Credential.login_digest == login_digest(VAULT, paper.login_id)
                )
            )
            letter = session.scalar(select(Letter).where(Letter.number == paper.number))
            assert credential is not None
            assert letter is not None
            assert letter.credential_id == credential.id
            assert letter.household_id == credential.household_id
            assert credential.state == "issued"
            assert letter.state == "printed"
            assert letter.position == paper.page
            assert verify_password(VAULT, credential.password_hash, paper.password)
            found[paper.number] = letter.household_id
    return found
