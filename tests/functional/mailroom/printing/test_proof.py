"""Nobody lets a run go without looking.

A proof without secrets, decided by a second person for exactly these files.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.letters.letters.models import Letter, PrintChunk
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.proofs.decisions import (
    approve_proof,
    reason_of,
    refuse_proof,
    require_approval,
)
from portal.domain.mailroom.printing.proofs.making import live_proof, make_proof
from portal.domain.mailroom.printing.proofs.models import PrintProof, PrintProofPage
from portal.domain.mailroom.printing.proofs.pictures import ShownPage, open_picture, pages_of
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.support.coupons import NOW, VAULT
from tests.support.mailroom.archives import make_mail_house
from tests.support.mailroom.letters import PUBLIC_URL, add_families, printer, read_papers
from tests.support.reading import qr
from tests.support.staff import hire
from tests.support.work import work_in

LONG = "鶴見・ヴェルヌ・アレクサンドロヴナ・エカテリーナ"


class Desk:
    """A built run, who makes its proof and who decides."""

    def __init__(self, database: Database, folder: Path, families: int = 6) -> None:
        self.database, self.households = (
            database,
            add_families(database, families, names={3: LONG}, held=[5]),
        )
        officer, ward = (
            hire(database, NOW, role, role.value) for role in (Role.OFFICER, Role.WARD_OFFICER)
        )
        self.officer = Actor(Role.OFFICER, officer.id, Organization.CONTRACTOR)
        self.ward = Actor(Role.WARD_OFFICER, ward.id, Organization.WARD)
        self.printer = printer(database, folder)
        built = build_letters(self.printer, workers=0, chunk_size=2)
        assert isinstance(built, BuiltRun)
        self.run, self.run_id = built, built.run_id

    def make(self) -> int:
        return make_proof(replace(self.printer, actor=self.officer), self.run_id)

    def pages(self, *, knows: bool = False) -> list[ShownPage]:
        with self.database.read() as session:
            proof = live_proof(session, self.run_id)
            assert proof is not None
            return pages_of(session, proof, include_protected=knows)

    def picture(self, page: int, *, knows: bool = False) -> bytes:
        with self.database.write() as session:
            return open_picture(
                work_in(session, self.ward), self.run_id, page, include_protected=knows
            )

    def refused(self, code: str) -> None:
        with self.database.write() as session, pytest.raises(ConflictError) as caught:
            require_approval(session, self.run_id)
        assert caught.value.code == code


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, tmp_path)


def test_a_proof_shows_letters_without_secrets_and_counts_what_goes(desk: Desk) -> None:
    desk.make()
    papers = read_papers(desk.run.paths)
    pages = desk.pages()
    named = {one.letter_number: one.places for one in pages}
    assert "first" in named[papers[0].number]
    assert "last" in named[papers[-1].number]
    (longest,) = [one for one in papers if LONG[:5] in one.text]
    assert "longest" in named[longest.number]
    assert sum(places.count("random") for places in named.values()) == 2
    for one in pages:
        png = desk.picture(one.id)
        codes = [code for code in qr.decode_png(png) if "/" in code]
        assert codes == [f"{PUBLIC_URL}/signin"]
    with desk.database.read() as session:
        proof = session.scalars(select(PrintProof)).one()
        assert (proof.letters, proof.children, proof.amount_yen) == (5, 7, 210_000)
        assert (proof.pieces, proof.enclosures) == ({"1": 5}, {})
        assert proof.left_out == {
            "protected": 0,
            "held": 1,
            "removed": 0,
            "nothing_due": 0,
            "has_letter": 0,
        }
        looked = select(func.count(AuditEvent.id)).where(AuditEvent.action == "print_proof.viewed")
        assert session.scalar(looked) == len(pages)
        stored = b"".join(session.scalars(select(PrintProofPage.sealed)))
        assert b"\x89PNG" not in stored


def test_nothing_leaves_before_a_second_person_approved_exactly_these_files(desk: Desk) -> None:
    desk.refused("proof_missing")
    with desk.database.write() as session, pytest.raises(NotFoundError):
        approve_proof(work_in(session, desk.ward), desk.run_id)
    desk.make()
    desk.refused("proof_missing")
    with pytest.raises(ConflictError, match="もう作ってあります"):
        desk.make()
    with desk.database.write() as session, pytest.raises(NotAllowedError, match="ほかの人"):
        approve_proof(work_in(session, desk.officer), desk.run_id)
    with desk.database.write() as session:
        approve_proof(work_in(session, desk.ward), desk.run_id)
    with desk.database.write() as session:
        session.execute(update(PrintChunk).where(PrintChunk.number == 1).values(sha256="0" * 64))
    desk.refused("proof_outdated")
    with pytest.raises(InputError, match="0001"):
        desk.make()


def test_the_pictures_go_when_the_letters_do(desk: Desk) -> None:
    desk.make()
    with desk.database.write() as session:
        approve_proof(work_in(session, desk.ward), desk.run_id)
        handover.propose_hand_over(work_in(session, desk.officer), desk.run_id)
        assert (session.scalar(select(func.count(PrintProofPage.sealed))) or 0) > 0
        assert handover.confirm_hand_over(work_in(session, desk.ward), desk.run_id).letters == 5
    assert {one.shown for one in desk.pages(knows=True)} == {False}
    with desk.database.read() as session:
        assert session.scalar(select(func.count(PrintProofPage.sealed))) == 0
        assert (
            session.scalar(
                select(func.count()).where(AuditEvent.action == "print_proof.pictures_removed")
            )
            == 1
        )


def test_a_refusal_needs_a_reason_and_ends_the_run(desk: Desk) -> None:
    desk.make()
    with desk.database.write() as session, pytest.raises(InputError):
        refuse_proof(work_in(session, desk.ward), desk.run_id, " ")
    with desk.database.write() as session:
        refuse_proof(work_in(session, desk.ward), desk.run_id, "差出人の住所が古い")
    desk.refused("proof_refused")
    with pytest.raises(ConflictError):
        desk.make()
    with desk.database.read() as session:
        proof = live_proof(session, desk.run_id)
        assert proof is not None
        assert reason_of(VAULT, proof) == "差出人の住所が古い"


def test_a_back_that_changed_or_went_after_the_proof_is_not_sent_without(desk: Desk) -> None:
    house = make_mail_house(desk.database, desk.run.folder.parent)
    desk.make()
    kept = desk.run.back.read_bytes()
    desk.run.back.write_bytes(b"x")
    with pytest.raises(InputError, match=desk.run.back.name):
        house.build(desk.run_id)
    desk.run.back.unlink()
    with pytest.raises(InputError, match=desk.run.back.name):
        house.build(desk.run_id)
    desk.run.back.write_bytes(kept)
    assert house.build(desk.run_id).letters == 5


def test_who_was_protected_since_is_seen_by_the_ward_alone(desk: Desk) -> None:
    desk.make()
    first = desk.pages()[0]
    with desk.database.write() as session:
        household = session.scalars(
            select(Letter.household_id).where(Letter.number == first.letter_number)
        ).one()
        session.get_one(Household, household).protected = True
    assert not desk.pages()[0].shown
    with pytest.raises(NotFoundError):
        desk.picture(first.id)
    assert desk.picture(first.id, knows=True).startswith(b"\x89PNG")


def test_a_household_that_changed_since_gives_its_place_to_another(desk: Desk) -> None:
    number = read_papers(desk.run.paths)[0].number
    with desk.database.write() as session:
        letter = session.scalars(select(Letter).where(Letter.number == number)).one()
        letter.children += 1
    with pytest.raises(ConflictError, match=number):
        desk.make()
    with desk.database.write() as session:
        household = session.get_one(Household, letter.household_id)
        household.changed_at = NOW + timedelta(hours=1)
    desk.make()
    assert number not in {one.letter_number for one in desk.pages()}
