"""What the papers promise is looked at: one that does not hold is never printed as done."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Executable, Insert, delete, insert, update

from portal.domain.foundation import resources
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.heads import Signer
from portal.domain.foundation.audit.models import AuditEvent, AuditOutside
from portal.domain.foundation.audit.outside import note_outside
from portal.domain.foundation.audit.sealing import Sealer
from portal.domain.foundation.program.settings.workplaces import WorkplaceKind
from portal.domain.foundation.work import Work
from portal.domain.letters.subcontractors.models import SentFile, Subcontractor
from portal.domain.mailroom.incidents.models import Downtime
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.management import checklist, ward_checklist
from portal.domain.oversight.management.checklist import Standing, Verdict
from portal.domain.oversight.management.models import Agreement, WardAnswer
from portal.domain.oversight.management.promises import not_kept
from portal.domain.oversight.management.proofs import LIVE, prove
from portal.domain.oversight.management.proven_by_tests import PROVEN_BY_TESTS
from portal.domain.oversight.management.ward_checklist import TypedReply
from portal.domain.oversight.management.ward_file import read_asked
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.models import RegisterEntry, RegisterFile, SelfCheck
from portal.domain.oversight.registers.self_checks import CheckSubject, record_check
from portal.domain.oversight.registers.services import NewEntry, enter
from portal.domain.oversight.reports.management import papers
from portal.domain.oversight.reports.management.plan import plan_report
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.staff.models import StaffUser
from portal.platform.database import Database
from tests.functional.oversight.management.agreeing import agree_all
from tests.support.coupons import NOW
from tests.support.oversight.tested_build import DAY, carry_results, tested_build
from tests.support.people import add_person
from tests.support.sample_ward import sample_program
from tests.support.staff import StaffSite, hire
from tests.support.work import source_of, work_in

__all__ = ["tested_build"]


@pytest.fixture
def officer(database: Database, tested_build: None) -> Actor:
    """An officer; a family that signed in is there, and a subcontractor with a file."""
    key = hire(database, NOW, Role.OFFICER, "officer").id
    add_person(database, NOW, active=True)
    with database.write() as session:
        company = Subcontractor(
            name="汐風通訳",
            purpose="interpreter",
            work="通訳",
            state="consented",
            consent_no="5汐子第2号",
            consent_on=date(2023, 6, 1),
            proposed_by=key,
            proposed_at=NOW,
        )
        session.add(company)
        session.flush()
        session.add(
            SentFile(
                subcontractor_id=company.id,
                what="other",
                file_name="台本.pdf",
                sha256="ab" * 32,
                consent_no="5汐子第2号",
                consent_on=date(2023, 6, 1),
                sent_by=key,
                sent_at=NOW,
            )
        )
    actor = Actor(Role.OFFICER, key, Organization.CONTRACTOR)
    with database.write() as session:
        work = work_in(session, actor)
        kind = RegisterKind.CERTIFICATE
        enter(work, NewEntry(kind, date(2023, 7, 3), "会社", "第1号", date(2026, 3, 31)))
        plan, number = RegisterKind.BCP_PLAN, "第1版"
        enter(work, NewEntry(plan, date(2023, 7, 3), "計画", number, document=b"%PDF-1.7"))
        for subject in CheckSubject:
            record_check(work, subject, [])
    agree_all(database)
    with database.write() as session:
        work, file = work_in(session, actor), "番号,質問\n1,体制があるか\n"
        ward_checklist.take_in(work, read_asked(file.encode()))
        (question,) = ward_checklist.asked(work)
        ward_checklist.reply(work, question.id, TypedReply("office", "", "あります。"))
    sealer = Sealer(source_of(database), Signer(Ed25519PrivateKey.generate()))
    while sealer.step():
        pass
    head = sealer.sign()
    assert head is not None
    with database.write() as session:
        note_outside(work_in(session, actor), head)
    return actor


def without_the_ward(work: Work) -> Work:
    places = tuple(
        place for place in work.program.workplaces if place.kind is not WorkplaceKind.WARD
    )
    return replace(work, program=replace(sample_program(), workplaces=places))


def changed(*statements: Executable) -> Callable[[Work], Work]:
    def change(work: Work) -> Work:
        for statement in statements:
            work.session.execute(statement)
        work.session.flush()
        return work

    return change


def overdue_copy() -> Insert:
    """A copy of the data whose last day is over, and that nobody destroyed."""
    return insert(DataCopy).values(
        kind="other",
        place="stick",
        owner="office",
        purpose="question",
        taken_at=NOW,
        made_at=NOW,
        until=date(2023, 6, 1),
        state="kept",
    )


BROKEN: dict[str, Callable[[Work], Work]] = {
    "sites": without_the_ward,
    "administrators": changed(
        insert(AuditEvent).values(
            at=NOW,
            actor_role="administrator",
            channel="web",
            action="data.viewed",
            subject="page",
            detail={"page": "GET /households/1", "households": " 1 "},
        )
    ),
    "protected": changed(
        # as somebody with the database would, past the two people who add an account of the ward
        update(StaffUser).values(role="ward_officer", organization="ward")
    ),
    "consents": changed(update(SentFile).values(consent_no="")),
    "staff_factors": changed(update(StaffUser).values(totp_sealed=b"")),
    "resident_factors": changed(delete(OtpAuthenticator)),
    "sealed": changed(update(Household).values(sealed=b"x" * 80)),
    "hashes": changed(update(StaffUser).values(password_hash="secret")),
    "sums": changed(delete(Entitlement)),
    "certificates": changed(delete(RegisterFile), delete(RegisterEntry)),
    "continuity": changed(delete(RegisterFile), delete(RegisterEntry)),
    "self_checks": changed(delete(SelfCheck)),
    "disposal": changed(overdue_copy()),
    "agreed_days": changed(delete(Agreement)),
    "ward_checklist": changed(delete(WardAnswer)),
    "availability": changed(
        insert(Downtime).values(
            what="resident_site",
            planned=False,
            state="ended",
            starts_at=NOW - timedelta(days=9),
            ends_at=NOW - timedelta(days=7),
            entered_by=1,
            entered_at=NOW,
        )
    ),
    "indelible": changed(
        insert(AuditEvent).values(
            at=NOW - timedelta(seconds=6),
            actor_role="system",
            channel="command",
            action="act",
            subject="test",
            detail={},
        )
    ),
}


def test_without_heads_outside_nobody_promises_that_a_deletion_is_found(
    database: Database, officer: Actor
) -> None:
    with database.write() as session:
        session.execute(update(AuditOutside).values(at=NOW - timedelta(hours=1)))
        (proof,) = prove(work_in(session, officer), ["indelible"])
        assert not proof.holds
        session.execute(delete(AuditOutside))
        session.expire_all()
        (proof,) = prove(work_in(session, officer), ["indelible"])
        assert not proof.holds


def answer(work: Work, key: str) -> checklist.Answered:
    return next(one for one in checklist.answers(work) if one.key == key)


def test_on_a_sound_deployment_every_proof_holds(database: Database, officer: Actor) -> None:
    with database.read() as session:
        work = work_in(session, officer)
        found = {name for name in LIVE if not prove(work, [name])[0].holds}
    assert found == set()


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_promise_whose_proof_fails_is_printed_nowhere_as_done(
    database: Database, officer: Actor, name: str
) -> None:
    with database.write() as session:
        work = BROKEN[name](work_in(session, officer))
        (proof,) = prove(work, [name])
        assert not proof.holds
        for item in checklist.items().values():
            if name in item.proofs:
                one = answer(work, item.key)
                assert (one.verdict, one.stands) == (Verdict(item.verdict), Standing.NO)
                assert "まだできていません" in one.printed
        for kept in not_kept(work):
            printed = [row for table in plan_report(work).tables for row in table.rows]
            assert not [row for row in printed if kept.promise.text in row]
        assert [kept for kept in not_kept(work) if name in kept.promise.proofs] or name in {
            "administrators",
            "consents",
            "hashes",
            "certificates",
            "self_checks",
            "continuity",
            "agreed_days",
            "availability",
            "ward_checklist",
        }
        session.rollback()


BY_TESTS = [
    key for key, item in checklist.items().items() if PROVEN_BY_TESTS.keys() & set(item.proofs)
]


def printed(work: Work) -> str:
    """Everything that plan and checklist say."""
    reports = (plan_report(work), papers.checklist_report(work))
    return str([row for report in reports for table in report.tables for row in table.rows])


def test_what_tests_show_is_done_where_the_build_carries_that_they_passed(
    database: Database, officer: Actor
) -> None:
    with database.read() as session:
        work = work_in(session, officer)
        found = prove(work, PROVEN_BY_TESTS)
        assert [proof for proof in found if not proof.holds or DAY not in proof.found] == []
        assert not not_kept(work)
        assert {answer(work, key).stands for key in BY_TESTS} <= {Standing.YES, Standing.PARTLY}


def test_a_failed_test_turns_its_promise_red(
    database: Database, officer: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path, name), *_others = PROVEN_BY_TESTS["archives"].tests
    carry_results(tmp_path, monkeypatch, f"{path}::{name}")
    with database.read() as session:
        work = work_in(session, officer)
        (proof,) = prove(work, ["archives"])
        assert (proof.fails, "通りませんでした" in proof.found) == (True, True)
        (kept,) = not_kept(work)
        assert "archives" in kept.promise.proofs
        assert kept.promise.text not in printed(work)
        for key in (key for key in BY_TESTS if "archives" in checklist.items()[key].proofs):
            one = answer(work, key)
            assert (one.stands, one.answer in printed(work)) == (Standing.NO, False)


@pytest.mark.parametrize("version", ["", "0.0.1"])
def test_without_results_of_this_version_nothing_that_tests_show_is_printed_as_done(
    database: Database,
    officer: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
) -> None:
    """In a clone, in a wheel that somebody built for a trial, with another version's results."""
    if version:
        carry_results(tmp_path, monkeypatch, version=version)
    else:
        monkeypatch.undo()
    with database.read() as session:
        work = work_in(session, officer)
        assert all(proof.is_missing for proof in prove(work, PROVEN_BY_TESTS))
        assert {answer(work, key).stands for key in BY_TESTS} == {Standing.UNPROVEN}
        said = printed(work)
        for kept in not_kept(work):
            assert kept.promise.text not in said
        for key in BY_TESTS:
            assert answer(work, key).answer not in said


def test_a_test_that_was_not_run_shows_nothing(
    database: Database, officer: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_results(tmp_path, monkeypatch)
    told = json.loads(resources.TEST_RESULTS.read_text("utf-8"))
    told["tests"] = dict.fromkeys(told["tests"], "not_run")
    partly = tmp_path / "partly.json"
    partly.write_text(json.dumps(told), "utf-8")
    monkeypatch.setattr(resources, "TEST_RESULTS", partly)
    with database.read() as session:
        assert all(one.is_missing for one in prove(work_in(session, officer), PROVEN_BY_TESTS))


def test_nobody_can_answer_yes_against_a_proof(database: Database, officer: Actor) -> None:
    with database.write() as session:
        work = without_the_ward(work_in(session, officer))
        checklist.write(work, "sites", checklist.TypedAnswer("yes", "できています。", "目で見た"))
        assert answer(work, "sites").verdict is Verdict.YES
        assert answer(work, "sites").stands is Standing.NO
        lines = [row for table in papers.checklist_report(work).tables for row in table.rows]
        (line,) = [row for row in lines if "在宅での作業" in str(row[0])]
        assert line[1] == "できていない"
        assert "できています。" not in line


@pytest.mark.parametrize("late", [False, True])
def test_a_receipt_promises_a_certificate_while_the_disposal_can_be_shown(
    database: Database, officer: Actor, *, late: bool
) -> None:
    with database.write() as session:
        row = RosterImport(
            file_name="a.csv",
            sha256="cd" * 32,
            layout="ward",
            extracted=date(2023, 5, 1),
            has_protection=True,
            state="applied",
            wrapped_key=b"",
            created_at=NOW,
        )
        session.add(row)
        if late:
            session.execute(overdue_copy())
        session.flush()
        notes = papers.receipt_report(work_in(session, officer), row.id).notes
    assert "データを受け取りました" in "".join(notes)
    assert ("廃棄証明書" in "".join(notes)) is not late


def test_a_page_of_a_clone_says_that_it_carries_no_results(staff: StaffSite) -> None:
    page = staff.enter_as(Role.AUDITOR).open("/checklist").text
    assert "試験の結果が付いていません" in page
    assert "この版では示せない" in page


def test_the_page_shows_in_red_what_does_not_hold_and_what_was_looked_at(
    staff: StaffSite,
) -> None:
    with staff.database.write() as session:
        session.execute(overdue_copy())
    page = staff.enter_as(Role.AUDITOR).open("/checklist").text
    assert "期限を過ぎたもの 1 個" in page
    assert "「できている」とは印刷されません" in page
    assert "いまの鍵" in page
    assert "受託者の拠点 3 か所、区の職場 1 か所が登録されています。" in page
