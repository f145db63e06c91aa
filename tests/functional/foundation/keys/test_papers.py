"""The keys on paper: printed without a file, a lost sheet replaced by its spare, restored."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from portal.cli.context import Context
from portal.cli.key_papers import papers
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.vault import KEY_FILES
from portal.domain.people.staff.services import Profile, add_staff
from portal.platform.database import Database
from portal.platform.key_papers import is_on_paper, numbers_on_paper
from portal.settings import Settings
from tests.support.proofs import invoke
from tests.support.resident import write_keys
from tests.support.staff import PASSWORD
from tests.support.work import work_in

NAMES = ("contractor", "contractor spare", "ward", "ward spare")


class Office:
    """A deployment, its two organizations, and a printer that keeps what comes out of it."""

    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.tray = folder / "tray"
        self.tray.mkdir()
        write_keys(folder / "keys")
        settings = Settings(
            program="sample",
            data_dir=folder / "data",
            key_dir=folder / "keys",
            database_url=url,
            environment="test",
        )
        self.context = Context(settings)
        with database.write() as session:
            work = work_in(session, now=DatabaseClock().now(session))
            for login, organization, role in (
                ("keeper", Organization.CONTRACTOR, Role.ADMINISTRATOR),
                ("second", Organization.CONTRACTOR, Role.OFFICER),
                ("ward", Organization.WARD, Role.WARD_OFFICER),
                ("agent", Organization.CONTRACTOR, Role.AGENT),
            ):
                add_staff(
                    work,
                    Profile(login, login, organization, role),
                    password=PASSWORD,
                    enrolled=True,
                )

    def print(self, by: str = "keeper", other: str = "ward", printer: str = "") -> Result:
        script = (
            "import pathlib, sys; tray = pathlib.Path(sys.argv[1]);"
            "number = len(list(tray.iterdir()));"
            "(tray / str(number)).write_bytes(sys.stdin.buffer.read())"
        )
        printer = printer or f"{sys.executable} -c '{script}' {self.tray}"
        words = ["print", "--printer", printer, "--by", by, "--confirmed-by", other]
        return invoke(papers, words, self.context)

    def sheets(self) -> dict[str, list[str]]:
        """What stands on each sheet, as its reader types it."""
        found = {}
        for name, path in zip(NAMES, sorted(self.tray.iterdir()), strict=True):
            page = pypdfium2.PdfDocument(path.read_bytes())[0]
            lines = page.get_textpage().get_text_range().splitlines()
            number = next(line for line in lines if line.startswith("紙の番号"))
            typed = [number.removeprefix("紙の番号")]
            for key in KEY_FILES:
                typed += [line.split(None, 1)[1] for line in lines if line.startswith(f"{key}-")]
            found[name] = typed
        return found

    def type(self, command: str, *sheets: list[str]) -> Result:
        text = "".join(f"{line}\n" for sheet in sheets for line in sheet)
        words = [command, "--sheets-fd", "0"]
        return CliRunner().invoke(papers, words, obj=self.context, input=text)


@pytest.fixture
def office(database: Database, database_url: str, tmp_path: Path) -> Iterator[Office]:
    made = Office(database, database_url, tmp_path)
    yield made
    made.context.database().engine.dispose()


def test_a_lost_sheet_is_replaced_by_its_spare_and_no_organization_can_do_it_alone(
    office: Office,
) -> None:
    assert office.print().exit_code == 0
    sheets = office.sheets()
    for mine in ("contractor", "contractor spare"):
        for theirs in ("ward", "ward spare"):
            assert office.type("try", sheets[mine], sheets[theirs]).exit_code == 0
    for side in ("contractor", "ward"):
        done = office.type("try", sheets[side], sheets[f"{side} spare"])
        assert done.exit_code == 1
        assert "Traceback" not in done.output
    with office.database.read() as session:
        tried = select(AuditEvent).where(AuditEvent.action == "keys.papers_tried")
        assert len(session.scalars(tried).all()) == 4


def test_a_machine_without_keys_gets_them_back_from_two_sheets(office: Office) -> None:
    office.print()
    sheets = office.sheets()
    folder = office.context.settings.key_dir
    before = {path.name: path.read_text() for path in folder.glob("*.key")}
    assert office.type("restore", sheets["contractor"], sheets["ward"]).exit_code == 1
    for path in folder.glob("*.key"):
        path.unlink()
    assert office.type("restore", sheets["contractor spare"], sheets["ward"]).exit_code == 0
    assert {path.name: path.read_text() for path in folder.glob("*.key")} == before
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.glob("*.key"))


def test_nothing_of_a_sheet_stays_on_the_disk(office: Office) -> None:
    office.print()
    secrets = [line.replace(" ", "") for sheet in office.sheets().values() for line in sheet[1:]]
    secrets += [line for sheet in office.sheets().values() for line in sheet[1:]]
    for path in office.folder.rglob("*"):
        if path.is_file() and path.parent != office.tray and path.suffix != ".key":
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets)
            assert b"%PDF" not in content


@pytest.mark.parametrize(
    ("by", "other"), [("keeper", "second"), ("ward", "agent"), ("agent", "ward")]
)
def test_two_people_of_one_side_print_nothing(office: Office, by: str, other: str) -> None:
    assert office.print(by, other).exit_code == 1
    assert not list(office.tray.iterdir())


@pytest.mark.in_turn
def test_a_printing_is_on_record_before_the_first_sheet_comes_out(office: Office) -> None:
    script = office.folder / "printer_that_looks.py"
    script.write_text(
        "import sys\n"
        "from sqlalchemy import text\n"
        "from portal.platform.database import make_engine\n"
        f"engine = make_engine({office.context.settings.database_url!r})\n"
        "sys.stdin.buffer.read()\n"
        "query = text(\"SELECT count(*) FROM audit_event WHERE action = 'keys.papers_begun'\")\n"
        "with engine.begin() as connection:\n"
        "    sys.exit(0 if connection.execute(query).scalar_one() == 1 else 1)\n"
    )
    done = office.print(printer=f"{sys.executable} {script}")
    assert done.exit_code == 0, done.output


def test_sheets_of_a_printer_that_fails_are_to_be_destroyed_too_and_count_for_nothing(
    office: Office,
) -> None:
    done = office.print(printer="false")
    assert done.exit_code == 1
    assert "印刷" in done.output
    with office.database.read() as session:
        assert not is_on_paper(session, office.context.settings.key_dir)
        (void,) = numbers_on_paper(session)
    office.print()
    with office.database.read() as session:
        assert is_on_paper(session, office.context.settings.key_dir)
        numbers = numbers_on_paper(session)
    assert numbers[0] == void
    assert len(numbers) == 2


def test_nobody_waits_for_the_printer(office: Office) -> None:
    script = office.folder / "busy_printer.py"
    script.write_text(
        "import sys\n"
        "from sqlalchemy import text\n"
        "from portal.platform.database import make_engine\n"
        "from portal.platform.waits import Waits\n"
        f"engine = make_engine({office.context.settings.database_url!r}, waits=Waits(1, busy=1))\n"
        "sys.stdin.buffer.read()\n"
        "with engine.begin() as connection:\n"
        "    connection.execute(text('UPDATE staff_user SET active = active'))\n"
    )
    done = office.print(printer=f"{sys.executable} {script}")
    assert done.exit_code == 0, done.output


def test_new_keys_are_not_yet_on_paper(office: Office) -> None:
    office.print()
    folder = office.context.settings.key_dir
    with office.database.read() as session:
        assert is_on_paper(session, folder)
        (folder / "kek.key").write_text("7" * 64 + "\n")
        assert not is_on_paper(session, folder)
    sheets = office.sheets()
    assert office.type("try", sheets["contractor"], sheets["ward"]).exit_code == 1
