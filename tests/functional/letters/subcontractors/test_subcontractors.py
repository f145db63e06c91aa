"""Nothing goes to a company without the ward's consent, and every file is recorded."""

from dataclasses import dataclass
from datetime import date

import pyrage
import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.letters.subcontractors import queries, services
from portal.domain.letters.subcontractors.keys import fingerprint, read_key
from portal.domain.letters.subcontractors.kinds import Purpose
from portal.domain.letters.subcontractors.models import SentFile, Subcontractor
from portal.domain.letters.subcontractors.states import SUBCONTRACTOR
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.staff import StaffSite, hire
from tests.support.work import work_in

KEY = str(pyrage.x25519.Identity.generate().to_public())
DAY = date(2023, 6, 30)
FACTS = services.FileFacts("letters", "letters-001.tar.age", "ab" * 32, 3, "print_run", 1)


@dataclass
class Register:
    """The register with an officer and somebody of the ward."""

    database: Database
    officer: Actor
    ward: Actor

    def propose(self, purpose: str = "mail_house", key: str = KEY, name: str = "汐風印刷") -> int:
        with self.database.write() as session:
            return services.propose_subcontractor(
                work_in(session, self.officer), services.Company(name, purpose, "手紙の封入", key)
            ).id

    def consent(
        self, key: int, number: str = "5汐子第123号", day: date = DAY, actor: Actor | None = None
    ) -> None:
        with self.database.write() as session:
            services.consent(work_in(session, actor or self.ward), key, Instruction(number, day))

    def send(self, key: int, facts: services.FileFacts = FACTS) -> None:
        with self.database.write() as session:
            services.record_sent(work_in(session, self.officer), key, facts)

    def act(self, action: str, key: int) -> None:
        with self.database.write() as session:
            if action == "consent":
                services.consent(work_in(session, self.ward), key, Instruction("1", DAY))
            else:
                getattr(services, action)(work_in(session, self.ward), key)

    def state(self, key: int) -> str:
        with self.database.read() as session:
            return session.get_one(Subcontractor, key).state


@pytest.fixture
def register(database: Database) -> Register:
    officer, ward = (
        hire(database, NOW, role, role.value).id for role in (Role.OFFICER, Role.WARD_OFFICER)
    )
    return Register(
        database,
        Actor(Role.OFFICER, officer, Organization.CONTRACTOR),
        Actor(Role.WARD_OFFICER, ward, Organization.WARD),
    )


def test_a_file_goes_only_with_the_wards_number_and_date_and_is_written_down(
    register: Register,
) -> None:
    key = register.propose()
    with pytest.raises(NotAllowedError, match="区の承諾") as refused:
        register.send(key)
    assert refused.value.code == "no_consent"
    register.consent(key)
    register.send(key)
    with register.database.read() as session:
        (entry,) = queries.files_sent(session)
        assert (entry.company, entry.file.letters, entry.file.sha256) == ("汐風印刷", 3, "ab" * 32)
        assert (entry.file.consent_no, entry.file.consent_on) == ("5汐子第123号", DAY)
        assert [row.id for row in queries.mail_houses(session)] == [key]
    with register.database.write() as session:
        services.end(work_in(session, register.officer), key)
    with pytest.raises(NotAllowedError, match="区の承諾"):
        register.send(key)
    with register.database.read() as session:
        assert queries.mail_houses(session) == []
        assert len(queries.files_sent(session)) == 1


def test_only_the_ward_consents_and_never_to_its_own_entry_or_without_number_and_day(
    register: Register,
) -> None:
    key = register.propose()
    with pytest.raises(NotAllowedError, match="区の職員"):
        register.consent(key, actor=register.officer)
    with pytest.raises(InputError, match="番号"):
        register.consent(key, number=" ")
    with pytest.raises(InputError, match="未来"):
        register.consent(key, day=date(2099, 1, 1))
    with register.database.write() as session:
        own = services.propose_subcontractor(
            work_in(session, register.ward), services.Company("区の印刷", "other", "x", "")
        ).id
    with pytest.raises(NotAllowedError, match="自分の提案"):
        register.consent(own)
    with pytest.raises(NotFoundError):
        register.consent(999)
    assert register.state(key) == register.state(own) == "proposed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"purpose": "spying"}, "purpose"),
        ({"key": ""}, "public_key"),
        ({"key": "age1zzz"}, "public_key"),
        ({"key": str(pyrage.x25519.Identity.generate())}, "public_key"),
    ],
)
def test_what_is_wrong_with_an_entry_names_its_field(
    register: Register, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        register.propose(**changes)
    assert refused.value.code == field


def test_nobody_without_an_account_enters_ends_or_sends(register: Register) -> None:
    key = register.propose()
    register.consent(key)
    with register.database.write() as session, pytest.raises(NotAllowedError):
        services.propose_subcontractor(work_in(session), services.Company("x", "other", "x", ""))
    with register.database.write() as session, pytest.raises(NotAllowedError):
        services.end(work_in(session), key)
    with register.database.write() as session, pytest.raises(NotAllowedError):
        services.record_sent(work_in(session), key, FACTS)
    for facts in (
        services.FileFacts("letters", "", "ab" * 32),
        services.FileFacts("letters", "x", "short"),
    ):
        with pytest.raises(InputError):
            register.send(key, facts)
    with (
        register.database.write() as session,
        pytest.raises(NotAllowedError, match="この仕事のため"),
    ):
        services.require_consent(session, key, Purpose.INTERPRETER)


def test_every_step_from_every_state_is_as_the_table_says(register: Register) -> None:
    for state in sorted(SUBCONTRACTOR.states):
        for action in SUBCONTRACTOR.steps:
            key = register.propose()
            with register.database.write() as session:
                row = session.get_one(Subcontractor, key)
                row.state, row.consent_no, row.consent_on = state, "1", DAY
            if SUBCONTRACTOR.can(state, action):
                register.act(action, key)
                assert register.state(key) == SUBCONTRACTOR.next(state, action)
            else:
                with pytest.raises(WrongStateError):
                    register.act(action, key)
                assert register.state(key) == state


def test_a_key_is_read_as_pasted_and_compared_by_telephone() -> None:
    assert read_key(f" {KEY[:20]}\n{KEY[20:]} ") == KEY
    assert fingerprint(KEY) == fingerprint(KEY)
    assert len(fingerprint(KEY)) == 29


def test_on_the_page_an_officer_enters_the_ward_consents_and_files_are_noted(
    staff: StaffSite,
) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "再委託先はまだありません" in officer.open("/subcontractors").text
    wrong = officer.post(
        "/subcontractors/propose", {"name": "汐風印刷", "purpose": "mail_house", "work": "封入"}
    )
    assert wrong.status_code == 422
    assert "公開鍵として読めません" in wrong.text
    form = {
        "name": "汐風印刷",
        "purpose": "mail_house",
        "work": "封入",
        "public_key": KEY,
        "form_key": "1",
    }
    assert {officer.post("/subcontractors/propose", form).status_code for _ in range(2)} == {303}
    assert staff.count(Subcontractor) == 1
    assert (
        officer.post(
            "/subcontractors/1/consent", {"number-1": "1", "day-1": "2023-06-30"}
        ).status_code
        == 403
    )
    assert fingerprint(KEY) in ward.open("/subcontractors").text
    missing = ward.post("/subcontractors/1/consent", {"number-1": "", "day-1": "2023-06-30"})
    assert missing.status_code == 422
    assert 'id="number-1-error"' in missing.text
    assert (
        ward.post("/subcontractors/1/consent", {"number-1": "1", "day-1": "x"}).status_code == 422
    )
    form = {"number-1": "5汐子第1号", "day-1": "令和5年6月30日", "form_key": "2"}
    assert ward.post("/subcontractors/1/consent", form).status_code == 303
    assert "番号 5汐子第1号、2023-06-30" in ward.open("/subcontractors").text
    assert (
        officer.post("/subcontractors/files", {"company": "1", "file_name": "台本"}).status_code
        == 422
    )
    assert staff.count(SentFile) == 0
    assert officer.post("/subcontractors/1/end", {"form_key": "3"}).status_code == 303
    again = officer.post("/subcontractors/1/end", {"form_key": "4"})
    assert again.status_code == 422
    assert staff.count(Subcontractor, state="ended") == 1


def test_on_the_page_the_ward_refuses_a_company_once_and_nobody_else_does(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    officer.open("/subcontractors")
    form = {"name": "汐風印刷", "purpose": "mail_house", "work": "封入", "public_key": KEY}
    officer.send("/subcontractors/propose", form | {"form_key": "1"})
    assert officer.post("/subcontractors/1/refuse", {"form_key": "own"}).status_code == 403
    assert 'action="/subcontractors/1/refuse"' in ward.open("/subcontractors").text
    for _twice in range(2):
        assert ward.post("/subcontractors/1/refuse", {"form_key": "2"}).status_code == 303
    assert staff.count(Subcontractor, state="refused") == 1
    assert ward.post("/subcontractors/1/refuse", {"form_key": "3"}).status_code == 422
