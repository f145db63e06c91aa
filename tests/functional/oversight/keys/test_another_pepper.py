"""Another pepper: everybody gets in as before, and what can follow it does so unnoticed."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.vault import Vault, load_vault, noting_what_is_opened
from portal.domain.oversight.keys.another_pepper import need_earlier_pepper, renew_births
from portal.domain.people.authn import sessions
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.backup_codes import use_backup_code
from portal.domain.people.authn.passwords import HashPool, mark_of
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.looks import names_somebody
from portal.domain.people.signin import attempt
from portal.domain.people.signin.activation import BirthAnswer, check_birth
from portal.domain.people.staff import sign_in
from portal.domain.people.staff.models import StaffUser
from portal.platform.database import Database
from portal.platform.key_rotation import Folder
from tests.support.coupons import VAULT
from tests.support.people import CANARY_BIRTH, Person, add_person
from tests.support.resident import NOON, write_keys
from tests.support.staff import PASSWORD, hire
from tests.support.work import work_in


@dataclass
class Ward:
    """A database, and the keys of the tests in a folder of their own."""

    database: Database
    peppers: Folder

    @property
    def vault(self) -> Vault:
        return replace(load_vault(self.peppers.folder), password_cost=VAULT.password_cost)

    def replace_pepper(self) -> None:
        self.peppers.begin()
        self.peppers.promote()

    def enter(self, person: Person, password: str = "") -> str | None:
        """Sign in to the first step, and return the session's token."""
        vault, typed = self.vault, TypedLogin(person.login_id, password or person.password)
        with self.database.write() as session:
            work = work_in(session, now=NOON, vault=vault)
            tried = attempt.begin(work, typed, attempt.Visitor("192.0.2.7"))
        tried = tried.compared(HashPool(vault))
        with self.database.write() as session:
            signed = attempt.finish(work_in(session, now=NOON, vault=vault), tried, None)
        return signed.token if signed is not None else None

    def birth(self, token: str, typed: date) -> BirthAnswer:
        with self.database.write() as session:
            auth = sessions.load(session, sessions.RESIDENT, token, NOON)
            assert auth is not None
            work = work_in(session, now=NOON, vault=self.vault)
            return check_birth(work, auth, typed).answer

    def hash_of(self, person: Person) -> str:
        with self.database.read() as session:
            return session.get_one(Credential, person.credential_id).password_hash

    @property
    def mark(self) -> str:
        return mark_of(self.peppers.newest.read())

    def needs(self) -> dict[str, int]:
        with self.database.read() as session:
            return need_earlier_pepper(work_in(session, vault=self.vault), NOON)


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    return Ward(database, Folder(write_keys(tmp_path / "keys"), "pepper"))


@pytest.mark.asvs("11.2.2")
def test_a_password_gets_the_newest_pepper_with_the_next_sign_in(ward: Ward) -> None:
    person, silent = (add_person(ward.database, NOON, number=f"990000000{n}") for n in (1, 2))
    before = ward.hash_of(person)
    ward.replace_pepper()
    assert ward.needs()["credential.password_hash"] == 2
    assert ward.enter(person, "CDFG HJKL MNPQ") is None
    assert ward.hash_of(person) == before
    assert ward.enter(person) is not None
    renewed = ward.hash_of(person)
    assert renewed.endswith(ward.mark)
    assert ward.enter(person) is not None
    assert ward.hash_of(person) == renewed
    assert ward.needs()["credential.password_hash"] == 1
    ward.peppers.destroy("pepper.key")
    assert ward.enter(person) is not None
    assert ward.enter(silent) is None


def test_hashes_know_their_pepper_whatever_its_file_is_called(ward: Ward) -> None:
    """Keys from paper are written as the first of their names."""
    person = add_person(ward.database, NOON)
    ward.replace_pepper()
    assert ward.enter(person) is not None
    ward.peppers.destroy("pepper.key")
    ward.peppers.newest.path.rename(ward.peppers.folder / "pepper.key")
    assert ward.enter(person) is not None


def test_a_hash_of_an_earlier_version_is_of_the_first_pepper(ward: Ward) -> None:
    person = add_person(ward.database, NOON)
    with ward.database.write() as session:
        row = session.get_one(Credential, person.credential_id)
        row.password_hash = row.password_hash.partition("$pepper=")[0]
    before = ward.hash_of(person)
    assert ward.enter(person) is not None
    assert ward.hash_of(person) == before
    ward.replace_pepper()
    assert ward.needs()["credential.password_hash"] == 1
    assert ward.enter(person) is not None
    assert ward.hash_of(person).endswith(ward.mark)


def test_birth_dates_follow_at_once_and_fit_before_and_after(ward: Ward) -> None:
    people = [add_person(ward.database, NOON, number=f"990000000{n}") for n in (1, 2)]
    ward.replace_pepper()
    token = ward.enter(people[0])
    assert token is not None
    assert ward.birth(token, date(1984, 1, 1)) is BirthAnswer.WRONG
    assert ward.birth(token, CANARY_BIRTH) is BirthAnswer.RIGHT
    assert ward.needs()["household.birth_digest"] == 2
    told: list[tuple[str, int]] = []
    for changed in (2, 0):
        passed = renew_births(ward.database.write, ward.vault, lambda *step: told.append(step))
        assert (passed.rows, passed.sealed_anew) == (2, changed)
    assert told == [("household.birth_digest", 2)] * 2
    assert "household.birth_digest" not in ward.needs()
    ward.enter(people[1])
    ward.peppers.destroy("pepper.key")
    token = ward.enter(people[1])
    assert token is not None
    assert ward.birth(token, CANARY_BIRTH) is BirthAnswer.RIGHT


def test_who_replaces_a_pepper_has_seen_no_family(ward: Ward) -> None:
    add_person(ward.database, NOON)
    ward.replace_pepper()
    with noting_what_is_opened() as opened:
        assert ward.needs()["household.birth_digest"] == 1
        assert renew_births(ward.database.write, ward.vault, lambda *_step: None).rows == 1
    assert not names_somebody(opened)


def test_the_same_wrong_birth_date_counts_once_though_the_pepper_was_replaced(ward: Ward) -> None:
    person = add_person(ward.database, NOON)
    token = ward.enter(person)
    assert token is not None
    wrong = date(1984, 1, 1)
    assert ward.birth(token, wrong) is BirthAnswer.WRONG
    ward.replace_pepper()
    assert ward.birth(token, wrong) is BirthAnswer.WRONG
    with ward.database.read() as session:
        assert len(session.get_one(Credential, person.credential_id).wrong_births) == 16


def test_a_backup_code_needs_the_pepper_of_its_day(ward: Ward) -> None:
    person = add_person(ward.database, NOON, active=True)
    ward.replace_pepper()
    with ward.database.write() as session:
        work = work_in(session, now=NOON, vault=ward.vault)
        assert use_backup_code(work, person.credential_id, person.backup[0])
        assert not use_backup_code(work, person.credential_id, person.backup[0])
        left = need_earlier_pepper(work, NOON.replace(hour=23))
        assert left["backup_code.digest"] == len(person.backup) - 1
    ward.peppers.destroy("pepper.key")
    with ward.database.write() as session:
        work = work_in(session, now=NOON, vault=ward.vault)
        assert not use_backup_code(work, person.credential_id, person.backup[1])


def test_staff_follow_with_their_next_sign_in(ward: Ward) -> None:
    colleague = hire(ward.database, NOON, Role.AGENT, "agent")
    ward.replace_pepper()
    assert ward.needs() == {"staff_user.password_hash": 1}
    vault, typed = ward.vault, TypedLogin(colleague.login, PASSWORD)
    with ward.database.write() as session:
        work = work_in(session, now=NOON, vault=vault)
        tried = sign_in.begin(work, typed, "192.0.2.7").compared(HashPool(vault))
        assert sign_in.finish(work, tried, None) is not None
    with ward.database.read() as session:
        assert session.get_one(StaffUser, colleague.id).password_hash.endswith(ward.mark)
    assert ward.needs() == {}
