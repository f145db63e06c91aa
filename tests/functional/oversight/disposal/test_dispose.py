"""The end of the data: refused until all is done, then nothing can be read, and the proof stays."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.heads import load_signer, name_of
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.verifying import verify
from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import send_out
from portal.domain.foundation.transfers.sheets import Departure
from portal.domain.foundation.vault import load_vault
from portal.domain.letters.subcontractors.models import SentFile, Subcontractor
from portal.domain.mailroom.incidents.kinds import IncidentKind
from portal.domain.mailroom.incidents.register import Opening, open_incident
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.disposal.obstacles import Obstacle, obstacles
from portal.domain.oversight.disposal.services import the_disposal
from portal.domain.oversight.keys.sealing_anew import places, seal_all_anew
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.staff.models import StaffUser
from portal.domain.tables import metadata
from portal.platform.append_only import close_ledgers, open_ledgers
from portal.platform.disposing.keys import NO_KEYS, files_of_keys
from portal.platform.disposing.rows import KEPT, remove_rows, require_rights
from portal.platform.key_rotation import Folder
from portal.platform.metrics.database_gauges import DatabaseGauges
from tests.support.coupons import NOW
from tests.support.oversight.ended import CLERK, HOUSEHOLDS, LETTER, Ended, end
from tests.support.sample_ward import sample_program
from tests.support.work import work_in

pytestmark = pytest.mark.matrix

NewUrl = Callable[[bool], str]


@pytest.fixture(autouse=True)
def _no_site_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.cli.oversight.dispose.SITES_END", 0.0)


def _ended(url: str, folder: Path) -> Iterator[Ended]:
    made = end(url, folder)
    yield made
    made.database.engine.dispose()


@pytest.fixture
def ended(new_database: NewUrl, tmp_path: Path) -> Iterator[Ended]:
    yield from _ended(new_database(False), tmp_path)


@pytest.fixture
def on_sqlite(new_sqlite: NewUrl, tmp_path: Path) -> Iterator[Ended]:
    yield from _ended(new_sqlite(False), tmp_path)


@pytest.fixture
def on_postgres(new_postgres: NewUrl, tmp_path: Path) -> Iterator[Ended]:
    yield from _ended(new_postgres(False), tmp_path)


def in_the_way(ended: Ended) -> set[Obstacle]:
    with ended.database.read() as session:
        return set(obstacles(work_in(session)))


def untouched(ended: Ended) -> bool:
    with ended.database.read() as session:
        begun = the_disposal(session) is not None
        return not begun and bool(session.scalar(select(func.count(Household.id))))


def _no_settlement(session: Session, _ended: Ended) -> None:
    if session.get_bind().dialect.name == "sqlite":
        open_ledgers(session.connection(), ("settlement_line",))
    for table in ("settlement_line", "settlement"):
        session.execute(metadata.tables[table].delete())
    close_ledgers(session.connection())


def _waiting(kind: RegisterKind) -> Callable[[Session, Ended], None]:
    def enter(session: Session, ended: Ended) -> None:
        ended.enter(kind, confirmed=False, session=session)

    return enter


def _held(session: Session, _ended: Ended) -> None:
    household = session.scalars(select(Household.id)).first()
    session.add(Hold(household_id=household, code="W01", created_at=NOW))


def _incident(session: Session, ended: Ended) -> None:
    work = work_in(session, ended.ending.officer)
    open_incident(work, Opening(next(iter(IncidentKind)), NOW, summary="手紙"))


def _hand_over(session: Session, ended: Ended) -> None:
    figures = Figures(rows=12, children=12, yen=None, sha256="ab" * 32)
    sent = Departure(TransferKind.EXPORT, "out", "汐風区", figures, "data_copy", 1)
    send_out(work_in(session, ended.ending.officer), sent)


def _company(session: Session, ended: Ended) -> None:
    company = Subcontractor(
        name="汐風印刷",
        purpose="mail_house",
        work="手紙",
        state="consented",
        consent_no="5汐子第2号",
        consent_on=date(2023, 6, 1),
        proposed_by=ended.ending.officer.id,
        proposed_at=NOW,
    )
    session.add(company)
    session.flush()
    session.add(
        SentFile(
            subcontractor_id=company.id,
            what="other",
            file_name="a.age",
            sha256="ab" * 32,
            consent_no="5汐子第2号",
            consent_on=date(2023, 6, 1),
            sent_by=ended.ending.officer.id,
            sent_at=NOW,
        )
    )


LEFT_OPEN: dict[Obstacle, Callable[[Session, Ended], None]] = {
    Obstacle.SETTLEMENT: _no_settlement,
    Obstacle.DELIVERABLES: _waiting(RegisterKind.DELIVERABLE),
    Obstacle.ORIGINALS: _waiting(RegisterKind.ORIGINALS),
    Obstacle.LETTERS: _waiting(RegisterKind.LETTERS),
    Obstacle.SUBCONTRACTORS: _company,
    Obstacle.INCIDENTS: _incident,
    Obstacle.REQUESTS: _waiting(RegisterKind.DISCLOSURE),
    Obstacle.DEFECTS: _waiting(RegisterKind.DEFECT),
    Obstacle.HOLDS: _held,
    Obstacle.TRANSFERS: _hand_over,
}


def test_everything_is_done_before_the_data_may_go(ended: Ended) -> None:
    assert set(LEFT_OPEN) == set(Obstacle)
    assert in_the_way(ended) == set()
    with ended.database.write() as session:
        for one, leave_open in LEFT_OPEN.items():
            with session.begin_nested() as tried:
                leave_open(session, ended)
                assert set(obstacles(work_in(session))) == {one}
                tried.rollback()
        for leave_open in LEFT_OPEN.values():
            leave_open(session, ended)
    refused = ended.dispose()
    assert refused.exit_code == 1
    said = [line for line in refused.output.splitlines() if line.startswith("- ")]
    assert len(said) == len(Obstacle)
    assert untouched(ended)


def test_every_company_that_got_a_file_certifies_its_own_disposal(on_sqlite: Ended) -> None:
    ended = on_sqlite
    with ended.database.write() as session:
        _company(session, ended)
    assert in_the_way(ended) == {Obstacle.SUBCONTRACTORS}
    ended.enter(RegisterKind.SUB_DISPOSAL, "別の会社")
    ended.enter(RegisterKind.SUB_DISPOSAL, "汐風印刷", confirmed=False)
    assert in_the_way(ended) == {Obstacle.SUBCONTRACTORS}
    ended.enter(RegisterKind.SUB_DISPOSAL, "汐風印刷")
    assert in_the_way(ended) == set()


def test_without_a_receipt_or_a_settlement_nothing_goes(on_sqlite: Ended) -> None:
    ended = on_sqlite
    with ended.database.write() as session:
        session.execute(text("DELETE FROM register_entry"))
    assert in_the_way(ended) == {Obstacle.DELIVERABLES, Obstacle.ORIGINALS, Obstacle.LETTERS}
    assert ended.dispose().exit_code == 1
    assert untouched(ended)


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"other": "second"}, "受託者の人と区の人"),
    ({"by": "mori", "other": "ward"}, "受託者の人と区の人"),
    ({"attest": ("papers", "media")}, "machines"),
)


def test_two_sides_attest_what_no_software_can_prove(on_sqlite: Ended) -> None:
    for options, word in REFUSED:
        refused = on_sqlite.dispose(**options)
        assert refused.exit_code == 1
        assert word in refused.output
        assert untouched(on_sqlite)


def _the_chain_stays(ended: Ended) -> None:
    done = ended.run("audit", "verify", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["whole"]
    with ended.database.read() as session:
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).all()
    assert actions[:3] == ["disposal.rows_removed", "disposal.keys_destroyed", "disposal.begun"]


def _no_command_misses_a_key(ended: Ended, backup: Path) -> None:
    identity = ("--identity", ended.identity)
    for words in (
        ("init",),
        ("db", "upgrade"),
        ("db", "rehearse", "--backup", backup, *identity),
        ("backup",),
        ("restore", backup, *identity, "--live"),
        ("keys", "create"),
        ("keys", "rotate", "kek"),
        ("settlement", "show"),
        ("work", "--once", "seal"),
    ):
        refused = ended.run(*words)
        assert (refused.exit_code, "このデータは廃棄しました" in refused.output) == (1, True), (
            words,
            refused.output,
        )
    assert not list(ended.settings.key_dir.iterdir()), "and none makes new ones"


def _watching_says_so(ended: Ended) -> None:
    done = ended.run("selfcheck", "--json")
    assert done.exit_code == 0, done.output
    assert [one["name"] for one in json.loads(done.stdout)["findings"]] == ["disposal"]
    gauges = DatabaseGauges(ended.database, DatabaseClock(), sample_program().calls).collect()
    served = {one.name: [sample.value for sample in one.samples] for one in gauges}
    served.pop("portal_clock_difference_seconds")
    assert served == {"portal_database_up": [1], "portal_disposal": [2]}


def test_afterwards_no_backup_opens_and_the_proof_stays(ended: Ended, tmp_path: Path) -> None:
    before = ended.backup()
    assert ended.verify(before).exit_code == 1, "with the keys it can be read"
    signer = load_signer(ended.settings.key_dir)
    assert signer is not None
    certificate = tmp_path / "certificate.pdf"
    done = ended.dispose("--certificate", certificate)
    assert done.exit_code == 0, done.output

    assert not list(ended.settings.key_dir.iterdir())
    assert not ended.letter.exists()
    checked = ended.verify(before, "--json")
    assert checked.exit_code == 0, checked.output
    found = json.loads(checked.stdout)
    assert (found["opened"], found["plain_files"], found["files"]) == (0, 0, 1)
    assert found["sealed"] > HOUSEHOLDS
    with ended.database.read() as session:
        for table in metadata.sorted_tables:
            if table.name not in KEPT:
                assert not session.scalar(select(func.count()).select_from(table)), table.name
        row = the_disposal(session)
        assert row is not None
        assert found["key_ids"]["kek"] == row.record["keys"]["kek.key"]
        people = session.scalars(select(StaffUser)).all()
        assert people
        assert not any(one.active or one.password_hash or one.totp_sealed for one in people)
        assert not any(
            one.login in {CLERK, "mori"} or "廃棄の" in one.display_name for one in people
        )
        assert row.record["copies"][0]["owner"]
        kept = session.execute(select(DataCopy.owner, DataCopy.place, DataCopy.purpose)).all()
        assert set(kept) == {("", "", "")}
        key = signer.public_key
        verdict = verify(session, NOW, {name_of(key): key})
        assert (verdict.is_whole, verdict.waiting) == (True, 0)
        sums = row.record["settlement"]
    assert sums["total"]["children"] == 12
    assert all(one["children"] >= 5 for one in sums["by_state"].values())
    assert sum(one["children"] for one in sums["by_state"].values()) == 12
    _the_chain_stays(ended)
    _no_command_misses_a_key(ended, before)
    _watching_says_so(ended)
    pages = pypdfium2.PdfDocument(certificate.read_bytes())
    said = "".join(page.get_textpage().get_text_range() for page in pages)
    assert "データ廃棄証明書" in said
    assert f"廃棄の{CLERK}" in said
    assert found["key_ids"]["kek"][:8] in said


def test_a_key_that_somebody_kept_is_found_by_the_wards_check(
    on_sqlite: Ended, tmp_path: Path
) -> None:
    ended = on_sqlite
    before, kept = ended.backup(), tmp_path / "drawer"
    kept.mkdir()
    key = ended.settings.key_dir / "kek.key"
    (kept / "note.txt").write_text(f"old key: {key.read_text()}")
    assert ended.dispose().exit_code == 0
    assert ended.verify(before).exit_code == 0
    found = ended.verify(before, "--keys", kept, "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["opened"] > 4


def test_earlier_and_coming_keys_go_and_are_named(on_sqlite: Ended) -> None:
    ended = on_sqlite
    folder = ended.settings.key_dir
    for name in ("kek", "pepper"):
        Folder(folder, name).begin()
        Folder(folder, name).promote()
    refused = ended.dispose()
    assert refused.exit_code == 1
    assert "portal keys rotate kek" in refused.output
    assert untouched(ended)
    seal_all_anew(
        ended.database.write,
        load_vault(folder),
        places(metadata.tables),
        lambda _place, _rows: None,
    )
    Folder(folder, "kek").begin()
    Folder(folder, "token").write()
    names = sorted(path.name for path in folder.iterdir())
    assert files_of_keys(folder)[0].name == "kek.2.key", "what seals goes first"
    done = ended.dispose()
    assert done.exit_code == 0, done.output
    assert not list(folder.iterdir())
    with ended.database.read() as session:
        row = the_disposal(session)
        assert row is not None
        assert sorted([*row.record["keys"], "audit.key"]) == names
    assert {"kek.key", "kek.2.key", "kek.3.next.key", "pepper.2.key", "token.2.next.writing"} < {
        *names
    }


def test_who_uses_a_key_that_is_gone_gets_an_error() -> None:
    for use in (
        NO_KEYS.new_data_key,
        lambda: NO_KEYS.unwrap(b"0" * 60),
        lambda: NO_KEYS.code_digest("birth", "1"),
        lambda: NO_KEYS.sign("form", "1"),
        lambda: NO_KEYS.has_signed("form", "1", "x"),
        lambda: NO_KEYS.blind("number", "1"),
    ):
        with pytest.raises((RuntimeError, ValueError)):
            use()


def test_nothing_of_a_family_stays_in_the_file(on_sqlite: Ended) -> None:
    ended = on_sqlite
    file = Path(ended.settings.database_url.removeprefix("sqlite:///"))
    with ended.database.read() as session:
        family = select(Household).order_by(Household.id.desc()).limit(1)
        row = session.scalars(family).one()
        traces = [row.number_digest, row.sealed, row.wrapped_key]
    assert ended.dispose().exit_code == 0
    beside = [file, file.with_name(file.name + "-wal")]
    content = b"".join(path.read_bytes() for path in beside if path.exists())
    assert all(traces)
    assert not any(bytes(trace) in content for trace in traces)
    assert LETTER not in content


def test_the_ledgers_are_emptied_only_after_the_keys(on_sqlite: Ended) -> None:
    ended = on_sqlite
    with ended.database.write() as session, pytest.raises(RuntimeError):
        remove_rows(session)
    assert untouched(ended)


def test_a_role_that_owns_no_tables_begins_nothing(on_postgres: Ended) -> None:
    ended = on_postgres
    with ended.database.engine.begin() as connection:
        connection.execute(text("CREATE ROLE weak_disposal NOLOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO weak_disposal"))
    try:
        with ended.database.write() as session:
            session.execute(text("SET LOCAL ROLE weak_disposal"))
            with pytest.raises(NotAllowedError):
                require_rights(session)
    finally:
        with ended.database.engine.begin() as connection:
            connection.execute(text("DROP OWNED BY weak_disposal"))
            connection.execute(text("DROP ROLE weak_disposal"))
