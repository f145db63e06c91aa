"""The ward gets everything it owns, whole or not at all.

No name, no secret, no protected household unasked.
"""

import csv
import hashlib
import io
import json
import subprocess
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.cli.context import Context
from portal.cli.oversight.export import export
from portal.cli.oversight.report import report
from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import ConflictError, DomainError, InputError, NotAllowedError
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.work import WorkSource
from portal.domain.letters.documents import services as documents
from portal.domain.mailroom.incidents import register
from portal.domain.mailroom.incidents.models import CouponFault, IncidentReport
from portal.domain.mailroom.incidents.register import Opening
from portal.domain.mailroom.printing.runs.build import build_letters
from portal.domain.oversight.export.handing_over import export_all
from portal.domain.oversight.export.ledgers.all_ledgers import ALL_LEDGERS
from portal.domain.oversight.export.writing import Folder
from portal.domain.oversight.management import checklist, minutes
from portal.domain.oversight.reports.incidents.reports import write_report
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import totals
from portal.platform.database import Database
from tests.support.canaries import CANARIES
from tests.support.coupons import NOW, VAULT
from tests.support.mailroom.letters import add_families, printer
from tests.support.people import give_coupons
from tests.support.proofs import invoke
from tests.support.reading import pdf
from tests.support.staff import hire
from tests.support.work import source_of, work_in

PROGRAM = load_program("sample", date(2023, 7, 3))
TEXTS = {
    "subject": "第1回",
    "place": "区役所",
    "attendees": "課長",
    "decisions": "白い封筒",
    "open_items": "",
}


@dataclass
class House:
    """Two families and a protected one, with letters, coupons, minutes and a document."""

    database: Database
    folder: Path
    ward: Actor
    officer: Actor
    open_ids: list[int]
    protected_id: int

    @property
    def office(self) -> WorkSource:
        """What the export works with."""
        return self.office_of(self.ward)

    def office_of(self, actor: Actor) -> WorkSource:
        """What an export in somebody's name works with."""
        return source_of(self.database, FixedClock(NOW), actor, program=PROGRAM)

    def export(self, instruction: str = "", name: str = "out") -> Path:
        """Everything, in a folder."""
        return export_all(self.office, self.folder / name, instruction).folder


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    officer, ward = (
        hire(database, NOW, role, role.value).id for role in (Role.OFFICER, Role.WARD_OFFICER)
    )
    clerk = Actor(Role.OFFICER, officer, Organization.CONTRACTOR)
    *open_ids, hidden = add_families(database, 3, protected=[2])
    build_letters(printer(database, tmp_path / "runs"), workers=0)
    give_coupons(database, tmp_path, NOW)
    with database.write() as session:
        minutes.write(work_in(session, clerk), None, minutes.TypedMinutes(date(2023, 6, 30), TEXTS))
        checklist.write(
            work_in(session, clerk), "audit", checklist.TypedAnswer("yes", "毎月見ます", "")
        )
        documents.propose(
            work_in(session, clerk), documents.Draft("pages", "texts.toml", b"a = 1\n", "初版")
        )
        incident = register.open_incident(
            work_in(session, clerk), Opening("outage", NOW, summary="表示の停止")
        )
        write_report(work_in(session, clerk), incident.id, "first")
        for place, household in enumerate((open_ids[0], hidden)):
            child = session.scalars(
                select(Entitlement).where(Entitlement.household_id == household)
            ).first()
            coupon = session.scalars(select(Coupon)).first()
            assert child is not None
            assert coupon is not None
            session.add(
                CouponFault(
                    receipt_no=f"CDFG-HJK{place}",
                    household_id=household,
                    entitlement_id=child.id,
                    coupon_id=coupon.id,
                    source="call",
                    said="not_read",
                    reported_at=NOW,
                    wrapped_key=b"",
                    sealed=b"",
                )
            )
        record(work_in(session), "household.opened", "household", hidden, household_id=hidden)
        record(work_in(session), "approval.proposed", "household", hidden)
        record(
            work_in(session), "household.opened", "household", open_ids[0], household_id=open_ids[0]
        )
    return House(
        database,
        tmp_path,
        Actor(Role.WARD_OFFICER, ward, Organization.WARD),
        clerk,
        open_ids,
        hidden,
    )


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (folder / "ledgers" / f"{name}.json").read_text("utf-8")
    )
    return found


def test_every_file_is_in_the_manifest_and_the_sums_can_be_checked_by_anybody(house: House) -> None:
    out = house.export()
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    listed = {one["path"]: one for one in manifest["files"]}
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert there - set(listed) == {"manifest.json", "SHA256SUMS"}
    assert set(listed) <= there
    for path, one in listed.items():
        assert hashlib.sha256((out / path).read_bytes()).hexdigest() == one["sha256"]
    assert (
        subprocess.run(
            ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, check=False
        ).returncode
        == 0
    )
    with house.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "export.made")).one()
        digest = hashlib.sha256((out / "manifest.json").read_bytes()).hexdigest()
        assert event.detail["manifest"] == digest
        assert event.actor_id == house.ward.id
    assert [path.name for path in house.folder.iterdir() if ".part-" in path.name] == []


def test_texts_documents_minutes_and_reports_are_there_as_people_read_them(house: House) -> None:
    out = house.export()
    assert (out / "texts/letter.toml").read_bytes() == PROGRAM.letter_texts_file.read_bytes()
    assert (out / "texts/program.toml").read_bytes() == PROGRAM.path.read_bytes()
    assert (out / "documents/pages-001.toml").read_bytes() == b"a = 1\n"
    assert "白い封筒" in "".join(pdf.text((out / "management/minutes-001-01.pdf").read_bytes()))
    (line,) = json.loads((out / "management/checklist_versions.json").read_text("utf-8"))
    assert (line["key"], line["number"], line["answer"]) == ("audit", 1, "毎月見ます")
    scripts = json.loads((out / "texts/scripts.json").read_text("utf-8"))
    assert len(scripts) > 20
    paper = "reports/incident-1-first-01"
    assert sorted(path.name for path in (out / "reports").glob("coupon-fault-*.pdf")) == [
        "coupon-fault-00001.pdf"
    ]
    for name in (
        "management/plan",
        "management/progress",
        "management/questions",
        "reports/settlement",
        paper,
    ):
        for ending in ("pdf", "xlsx", "json"):
            assert (out / f"{name}.{ending}").stat().st_size > 500
    with house.database.read() as session:
        frozen = session.scalars(select(IncidentReport)).one().pdf_sha256
    assert hashlib.sha256((out / f"{paper}.pdf").read_bytes()).hexdigest() == frozen


@pytest.mark.asvs("14.2.4")
def test_no_name_no_code_and_no_secret_is_in_any_file(house: House) -> None:
    out = house.export("5汐子第1号")
    with house.database.read() as session:
        assert session.scalar(
            select(func.count(Coupon.id)).where(Coupon.entitlement_id.is_not(None))
        )
    words = [*CANARIES, "潮見坂", "login_digest", "sealed", "password"]
    for path in out.rglob("*"):
        if path.suffix in {".csv", ".json"} and path.name not in {"scripts.csv", "scripts.json"}:
            text = path.read_text("utf-8")
            names = [word for word in words if word in text and "management/" not in str(path)]
            assert names == [], path.name
    columns = {name for ledger in ALL_LEDGERS for name in ledger.columns}
    assert not columns & {
        "sealed",
        "wrapped_key",
        "qr_sealed",
        "code_digest",
        "protected",
        "counter",
        "password_hash",
    }


def test_protected_households_stay_out_with_every_trace_unless_the_ward_says_otherwise(
    house: House,
) -> None:
    out = house.export()
    assert json.loads((out / "manifest.json").read_text("utf-8"))["households_left_out"] == 1
    assert [row["id"] for row in rows(out, "households")] == house.open_ids
    for ledger in ALL_LEDGERS:
        found = rows(out, ledger.name)
        assert all(row.get("household_id") != house.protected_id for row in found), ledger.name
    events = rows(out, "audit_events")
    assert not [
        row
        for row in events
        if row["subject"] == "household" and row["subject_id"] == house.protected_id
    ]
    assert [
        row
        for row in events
        if row["subject_id"] == house.open_ids[0] and row["action"] == "household.opened"
    ]
    everything = house.export("5汐子第1号", "all")
    manifest = json.loads((everything / "manifest.json").read_text("utf-8"))
    assert (manifest["protected_households"], manifest["instruction"]) == ("included", "5汐子第1号")
    assert [row["id"] for row in rows(everything, "households")] == [
        *house.open_ids,
        house.protected_id,
    ]


def test_children_and_yen_add_up_in_the_ledger(house: House) -> None:
    out = house.export("5汐子第1号")
    found = rows(out, "entitlements")
    with house.database.read() as session:
        assert totals(session).adds_up(len(found), sum(row["amount_yen"] for row in found))
    text = (out / "ledgers/entitlements.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert sum(int(row["amount_yen"]) for row in table) == sum(row["amount_yen"] for row in found)


def test_nothing_is_overwritten_and_nothing_half_done_stays(house: House) -> None:
    out = house.export()
    before = (out / "manifest.json").read_bytes()
    with pytest.raises(ConflictError, match="上書きしません"):
        house.export()
    assert (out / "manifest.json").read_bytes() == before
    gone = replace(PROGRAM, letter_texts_file=house.folder / "gone.toml")
    with pytest.raises(DomainError):
        export_all(replace(house.office, filed=gone), house.folder / "second")
    assert not [path for path in house.folder.iterdir() if "second" in path.name]
    with house.database.read() as session:
        assert (
            session.scalar(
                select(func.count(AuditEvent.id)).where(AuditEvent.action == "export.made")
            )
            == 1
        )


def test_only_the_ward_takes_everything(house: House) -> None:
    for actor in (house.officer, SYSTEM):
        with pytest.raises(NotAllowedError, match="区の職員"):
            export_all(house.office_of(actor), house.folder / "out")
    with pytest.raises(InputError, match="40文字"):
        house.export("x" * 41)
    assert not (house.folder / "out").exists()


@pytest.mark.asvs("1.1.2", "1.3.3")
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.put_rows("a", ("x", "n"), [("=1+1", -5), ("@cmd", None), ("そのまま", 1)]) == 3
    table = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig"))))
    assert table == [["x", "n"], ["'=1+1", "-5"], ["'@cmd", ""], ["そのまま", "1"]]
    assert json.loads((tmp_path / "a.json").read_text())[0] == {"x": "=1+1", "n": -5}


class Desk(Context):
    """A context whose program, database, keys and clock are the test's."""

    def __init__(self, house: House) -> None:
        super().__init__(settings=None)  # type: ignore[arg-type]
        self.house = house

    def load_program(self) -> Any:
        return PROGRAM

    def database(self) -> Database:
        return self.house.database

    def vault(self) -> Any:
        return VAULT

    @property
    def clock(self) -> FixedClock:
        return FixedClock(NOW)


def test_the_command_says_what_it_wrote_and_whom_it_left_out(house: House) -> None:
    def run(*words: str) -> Any:
        return invoke(export, words, Desk(house))

    out = str(house.folder / "handed")
    assert run("--out", out).exit_code == 2
    assert run("--out", out, "--by", "officer").exit_code == 1
    assert not Path(out).exists()
    done = run("--out", out, "--by", "ward_officer")
    assert done.exit_code == 0, done.output
    assert "支援措置の世帯1件は入れていません" in done.output
    assert run("--out", out, "--by", "ward_officer").exit_code == 1
    told = run(
        "--out", out + "2", "--by", "ward_officer", "--protected-by-instruction", "1", "--json"
    )
    assert json.loads(told.stdout)["left_out"] == 0


@pytest.mark.parametrize("name", ["plan", "progress", "questions", "checklist"])
def test_the_papers_come_from_the_command_line_too(house: House, name: str) -> None:
    pdf_file, xlsx = house.folder / "a.pdf", house.folder / "a.xlsx"
    words = (name, "--pdf", str(pdf_file), "--xlsx", str(xlsx), "--json")
    told = CliRunner().invoke(report, words, obj=Desk(house))
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["addressee"] == "東京都汐風区"
    assert pdf_file.read_bytes().startswith(b"%PDF")
    assert xlsx.read_bytes().startswith(b"PK")
