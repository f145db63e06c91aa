"""Another search key: everything is found as before, and nothing by the key of before."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.escalations.answers_file import AnswersFile
from portal.domain.contacts.escalations.answers_in import store_sheet
from portal.domain.contacts.faxes import services as faxes
from portal.domain.contacts.faxes.services import NewFax
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import (
    ConflictError,
    IntegrityFaultError,
    ThrottledError,
    WrongStateError,
)
from portal.domain.foundation.program.deployment import (
    check_keys,
    deployment,
    fitting,
)
from portal.domain.foundation.transfers.ending import withdraw
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.states import TransferState
from portal.domain.foundation.vault import seal
from portal.domain.mailroom.roster.checks.check import check_file
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.imports.importer import Importer
from portal.domain.oversight.copies.opened_rows import SealedRows
from portal.domain.oversight.keys.another_index import belongs_to, renew_digests
from portal.domain.people.authn import passkeys, sessions
from portal.domain.people.authn.attempts import Attempt, TypedLogin
from portal.domain.people.authn.codes import add_authenticator
from portal.domain.people.authn.passkeys import Key
from portal.domain.people.authn.passwords import HashPool
from portal.domain.people.coupons.batch_file import Expected, Order, read_batch
from portal.domain.people.coupons.loader import check_batch
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import unseal_code, unseal_qr
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Child, DisposedHousehold, Household
from portal.domain.people.households.newcomers import child_key
from portal.domain.people.households.queries import household_id_of
from portal.domain.people.households.records import ChildFields, person_digest, seal_child
from portal.domain.people.signin import devices
from portal.domain.people.signin.activation import BirthAnswer, check_birth
from portal.domain.people.staff import sign_in
from portal.domain.requests.requests.models import Scan
from portal.domain.requests.requests.scans import ScanReason, open_scan
from portal.platform.database import Database
from portal.platform.key_rotation import Folder
from tests.functional.contacts.faxes.support import PROGRAM, SENDER, FaxDesk, add_staff
from tests.support.coupons import TERMS, VAULT, load_codes, sandbox_file, sandbox_profile
from tests.support.login_ids import plain_login_id
from tests.support.mailroom.roster import NOW, Ward, enter_sheet, rules_for
from tests.support.oversight.index_key import ADDRESS, Deployed
from tests.support.people import CANARY_BIRTH, Person, add_person
from tests.support.reading.files import fax
from tests.support.requests.scans import checked
from tests.support.resident import NOON, write_keys
from tests.support.staff import PASSWORD, hire
from tests.support.transfers import announced
from tests.support.work import source_of, work_in

TELEPHONE = "+819012345678"


@pytest.fixture
def deployed(database: Database, tmp_path: Path) -> Deployed:
    return Deployed(database, Folder(write_keys(tmp_path / "keys"), "index"))


def full(deployed: Deployed, folder: Path) -> Person:
    """A family with a telephone, coupons and a colleague."""
    load_codes(deployed.database, folder, 4)
    person = add_person(deployed.database, NOON)
    with deployed.database.write() as session:
        work = work_in(session, now=NOON)
        source = add_authenticator(work, person.credential_id, "sms", TELEPHONE)
        source.confirmed_at = NOON
        passkeys.add(work, person.credential_id, Key(b"number", b"key", b"owner"), sign_count=0)
    return person


@pytest.mark.asvs("11.2.2")
def test_everything_is_found_by_the_other_key_and_nothing_by_the_one_of_before(
    deployed: Deployed, tmp_path: Path
) -> None:
    person = full(deployed, tmp_path)
    before = deployed.values()
    assert deployed.replace_key() >= sum(len(found) for found in before.values())
    deployed.forget()
    with deployed.database.read() as session:
        known = deployment(session)
        assert known is not None
        check_keys(known, deployed.vault)
    after = deployed.values()
    for name, old in before.items():
        assert old, name
        assert not set(old) & set(after[name]), name
    with deployed.database.read() as session:
        work = work_in(session, now=NOON, vault=deployed.vault)
        assert household_id_of(work, "9900000001") == person.household_id
        assert household_id_of(work_in(session), "9900000001") is None
        opened = SealedRows(session, deployed.vault, {"household", "coupon_batch"}).open_all()
        assert (opened.households, opened.children, opened.logins) == (1, 2, 1)
        with pytest.raises(IntegrityFaultError):
            SealedRows(session, VAULT, set()).open_all()
        coupon = session.scalars(select(Coupon).order_by(Coupon.id)).first()
        assert coupon is not None
        key = deployed.vault.unwrap(session.get_one(CouponBatch, coupon.batch_id).wrapped_key)
        code = unseal_code(key, coupon.management_digest, coupon.sealed)
        assert code.management_no
        assert (
            unseal_qr(key, coupon.management_digest, coupon.qr_sealed).decode() == code.url.upper()
        )


def test_a_family_goes_on_with_its_sign_in(deployed: Deployed) -> None:
    person = add_person(deployed.database, NOON)
    deployed.replace_key()
    token = deployed.try_password(person.login_id, person.password)
    assert token is not None
    deployed.forget()
    with deployed.database.write() as session:
        auth = sessions.load(session, sessions.RESIDENT, token, NOON)
        assert auth is not None
        work = work_in(session, now=NOON, vault=deployed.vault)
        assert check_birth(work, auth, date(1984, 1, 1)).answer is BirthAnswer.WRONG
        assert check_birth(work, auth, CANARY_BIRTH).answer is BirthAnswer.RIGHT


def test_wrong_passwords_stay_counted_whether_the_id_exists_or_not(deployed: Deployed) -> None:
    person, nobody = add_person(deployed.database, NOON), plain_login_id()
    for login_id in (person.login_id, nobody):
        for _try in range(5):
            assert deployed.try_password(login_id) is None
    deployed.replace_key()
    assert deployed.tries(person.login_id) == 5
    for login_id in (person.login_id, nobody):
        with pytest.raises(ThrottledError):
            deployed.try_password(login_id)


def test_a_login_of_staff_stays_counted_whether_it_exists_or_not(deployed: Deployed) -> None:
    colleague = hire(deployed.database, NOON, Role.AGENT, "agent")
    names = (colleague.login, "nobody")

    def begin(login: str) -> Attempt:
        with deployed.database.write() as session:
            work = work_in(session, now=NOON, vault=deployed.vault)
            return sign_in.begin(work, TypedLogin(login, PASSWORD), ADDRESS)

    for login in names:
        for _try in range(4):
            begin(login)
    deployed.replace_key()
    assert begin(colleague.login).compared(HashPool(deployed.vault)).matched
    begin("nobody")
    for login in names:
        with pytest.raises(ThrottledError):
            begin(login)


def test_a_known_browser_stays_known(deployed: Deployed) -> None:
    person, other = (add_person(deployed.database, NOON, number=f"990000000{n}") for n in (1, 2))
    with deployed.database.read() as session:
        cookie = devices.device_token(
            work_in(session, now=NOON, vault=deployed.vault), person.login_id
        )
    deployed.replace_key()
    for _try in range(5):
        deployed.try_password(person.login_id)
    with deployed.database.read() as session:
        work = work_in(session, now=NOON, vault=deployed.vault)
        assert devices.known_device(work, other.login_id, cookie) is None
    assert deployed.enter(person.login_id, person.password, cookie) is not None
    deployed.forget()
    assert deployed.enter(person.login_id, person.password, cookie) is not None


def test_codes_that_were_loaded_are_refused_again(deployed: Deployed, tmp_path: Path) -> None:
    load_codes(deployed.database, tmp_path, 3)
    deployed.replace_key()
    (tmp_path / "again").mkdir()
    path = sandbox_file(tmp_path / "again", 4)
    parsed = read_batch(path, Expected(sandbox_profile(), Order("order-2"), TERMS))
    with pytest.raises(ConflictError, match="3件"):
        check_batch(source_of(deployed.database, vault=deployed.vault), parsed)


def test_a_file_that_came_before_is_recognized_while_the_earlier_key_is_there(
    deployed: Deployed,
) -> None:
    agent, other = (add_staff(deployed.database, login) for login in ("agent", "other"))
    lead = add_staff(deployed.database, "lead", Role.SUPERVISOR)
    desk, data = FaxDesk(deployed.database, agent, other, lead), fax((172, 110))
    desk.receive(data=data)
    answers = AnswersFile(b"x" * 32, ())
    with deployed.database.write() as session:
        before = store_sheet(work_in(session, lead), answers).id
        withdraw_all(session)
    deployed.replace_key()
    with deployed.database.write() as session:
        work = work_in(session, agent, desk.now, vault=deployed.vault)
        new = NewFax(desk.now, checked(data), CallLanguage("ja"), SENDER)
        with pytest.raises(ConflictError):
            faxes.receive(work, PROGRAM.calendar, new)
        scan = session.scalars(select(Scan)).one()
        assert open_scan(work, scan.id, next(iter(ScanReason)))[0]
        assert store_sheet(work.acting_as(lead), answers).id == before


def withdraw_all(session: Session) -> None:
    """Let no hand-over be open."""
    session.execute(update(FileTransfer).values(state=TransferState.WITHDRAWN))


@pytest.mark.parametrize("layout", ["sample", "sample-min"])
def test_the_same_extract_changes_nothing(deployed: Deployed, tmp_path: Path, layout: str) -> None:
    """Also where households and children have no numbers (``sample-min``)."""
    ward = Ward(deployed.database, tmp_path, layout=layout)
    ward.hand_over()
    ward.hand_over(lambda extract: extract.families[0].people.clear())
    deployed.replace_key()
    deployed.forget()
    path = ward.write(ward.extract())
    report = check_file(path, find_layout(layout), rules_for(ward.plan))
    enter_sheet(deployed.database, path, report)
    source = source_of(deployed.database, FixedClock(NOW), vault=deployed.vault)
    imported = Importer(source, 30_000).run(path, report)
    assert not any(imported.differences.values())


def test_a_child_without_a_number_that_moved_is_found_by_its_household_of_before(
    deployed: Deployed,
) -> None:
    homes = [add_person(deployed.database, NOON, number=f"990000000{n}") for n in (1, 2)]
    fields = ChildFields("", "鶉野　瑪瑙", "ウズラノ メノウ", date(2015, 5, 5))
    with deployed.database.write() as session:
        child = session.scalars(select(Child).where(Child.household_id == homes[0].household_id))
        row = child.first()
        assert row is not None
        target = session.get_one(Household, homes[1].household_id)
        row.person_digest = person_digest(VAULT, child_key(fields, "9900000001"))
        row.household_id, row.ordinal = target.id, 9
        row.sealed = seal_child(VAULT.unwrap(target.wrapped_key), fields, row.person_digest)
        moved = row.id
    deployed.replace_key()
    with deployed.database.read() as session:
        wanted = person_digest(deployed.vault, child_key(fields, "9900000001"))
        assert session.get_one(Child, moved).person_digest == wanted


def test_a_digest_of_something_else_stops_it_and_nothing_has_changed(deployed: Deployed) -> None:
    person = add_person(deployed.database, NOON)
    with deployed.database.write() as session:
        row = session.get_one(Credential, person.credential_id)
        row.login_digest = b"0" * 16
        row.login_sealed = seal(VAULT.kek, person.login_id.encode(), row.login_digest)
    before = deployed.values()
    with pytest.raises(IntegrityFaultError, match=rf"credential の {person.credential_id} 番"):
        deployed.replace_key()
    assert deployed.values() == before
    with deployed.database.read() as session:
        assert belongs_to(work_in(session, vault=deployed.vault)) == VAULT.index


def test_it_waits_for_files_whose_checksum_is_kept_as_a_digest_only(
    deployed: Deployed, tmp_path: Path
) -> None:
    path, officer = tmp_path / "list.csv", add_staff(deployed.database, "officer")
    with deployed.database.write() as session:
        figures = Figures(rows=2, sha256="ab" * 32)
        row = announced(work_in(session), TransferKind.PROTECTION_LIST, path, figures)
        number = row.id
    with pytest.raises(WrongStateError, match=f"（{number}）"):
        deployed.replace_key()
    with deployed.database.write() as session:
        withdraw(work_in(session, officer), number, "送り先がちがったため")
    deployed.replace_key()


def test_after_the_disposal_of_one_household_the_key_stays(deployed: Deployed) -> None:
    """Its digest is kept without its number, so that no extract brings it back."""
    person = add_person(deployed.database, NOON)
    with deployed.database.write() as session:
        row = DisposedHousehold(
            household_id=person.household_id,
            number_digest=b"0" * 16,
            decision_no="1",
            decision_on=NOON.date(),
            disposed_at=NOON,
            record={},
        )
        session.add(row)
    before = deployed.values()
    with pytest.raises(WrongStateError, match="disposed_household"):
        deployed.replace_key()
    assert deployed.values() == before


def test_a_program_starts_only_with_the_key_of_its_database(deployed: Deployed) -> None:
    """Between the last row and the name of the file, and with a database from a backup."""
    add_person(deployed.database, NOON)
    first, coming = deployed.vault, deployed.folder.begin()
    with deployed.database.write() as session:
        work = work_in(session, now=NOON, vault=first)
        renew_digests(work, coming.read(), "index.2.key", lambda *_step: None)
    with deployed.database.read() as session:
        row = deployment(session)
        assert row is not None
        with pytest.raises(IntegrityFaultError, match="portal keys rotate index"):
            check_keys(row, deployed.vault)
        check_keys(row, deployed.vault, moving=True)
        assert bytes(fitting(row, deployed.vault).index) == coming.read()
        with pytest.raises(IntegrityFaultError):
            check_keys(row, VAULT, moving=True)
        deployed.folder.promote()
        check_keys(row, deployed.vault)
