"""Releasing holds: who may, with whom, and what goes on afterwards."""

import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from portal.demo.extract import Extract
from portal.demo.families import ExtractPlan
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds import protection_list
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.mailroom.roster.holds.protection_list import ListedNumbers, NumberKind
from portal.domain.mailroom.roster.holds.protection_none import confirm_none
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.services import suspend
from portal.domain.people.households.models import Household
from portal.domain.people.households.print_texts import PrintFields, print_fields
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.staff.services import Profile, add_staff
from portal.platform.database import Database
from tests.support.coupons import load_codes
from tests.support.mailroom.roster import NOW, Ward
from tests.support.work import work_in

ORDER = Instruction("指示第12号", NOW.date(), scan_id=1)
"""With its scan, of which only the key counts here."""
PLAN = ExtractPlan(households=90, seed=5)


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    ward = Ward(database, tmp_path, PLAN)
    ward.hand_over()
    return ward


def person(database: Database, login: str, organization: Organization, role: Role) -> Actor:
    with database.write() as session:
        new = add_staff(work_in(session, now=NOW), Profile(login, login, organization, role))
        return Actor(role, new.user.id, organization)


@pytest.fixture
def officer(database: Database) -> Actor:
    return person(database, "officer", Organization.CONTRACTOR, Role.OFFICER)


@pytest.fixture
def second(database: Database) -> Actor:
    return person(database, "second", Organization.CONTRACTOR, Role.OFFICER)


@pytest.fixture
def of_ward(database: Database) -> Actor:
    return person(database, "ward", Organization.WARD, Role.WARD_OFFICER)


def held(extract: Extract, code: str) -> str:
    """The number of a household with an entitled child that only this code holds."""
    return next(
        f.number
        for f in extract.families
        if f.disposition == "hold" and f.codes == [code] and f.eligible
    )


@pytest.mark.parametrize("code", sorted(holds.TWO_PEOPLE))
def test_two_people_and_the_ward_release_what_needs_a_decision(
    ward: Ward, officer: Actor, second: Actor, of_ward: Actor, code: str
) -> None:
    number = held(ward.extract(), code)
    key = ward.key(number)
    with ward.database.write() as session:
        approval = holds.propose_release(work_in(session, officer, NOW), key, code)
    for actor in (officer, second):
        with pytest.raises(NotAllowedError), ward.database.write() as session:
            holds.release(work_in(session, actor, NOW), approval.id)
    with pytest.raises(NotAllowedError), ward.database.write() as session:
        holds.release_alone(work_in(session, of_ward, NOW), key, code)
    assert ward.holds(number) == [code]
    with ward.database.write() as session:
        holds.release(work_in(session, of_ward, NOW), approval.id)
    assert ward.holds(number) == []
    assert set(ward.states(number)) == {"in_progress"}
    assert not ward.view(number).protected
    with pytest.raises(WrongStateError), ward.database.write() as session:
        holds.release(work_in(session, of_ward, NOW), approval.id)


def test_two_officers_may_with_the_wards_written_instruction(
    ward: Ward, officer: Actor, second: Actor
) -> None:
    number = held(ward.extract(), codes.W10_MOVED_AFTER_BASE)
    with ward.database.write() as session:
        approval = holds.propose_release(
            work_in(session, officer, NOW), ward.key(number), codes.W10_MOVED_AFTER_BASE, ORDER
        )
        holds.release(work_in(session, second, NOW), approval.id)
    assert ward.holds(number) == []


def test_a_number_that_two_officers_typed_is_no_word_of_the_ward(
    ward: Ward, officer: Actor, second: Actor, of_ward: Actor
) -> None:
    number = held(ward.extract(), codes.W10_MOVED_AFTER_BASE)
    typed = Instruction("指示第12号", NOW.date())
    with ward.database.write() as session:
        approval = holds.propose_release(
            work_in(session, officer, NOW), ward.key(number), codes.W10_MOVED_AFTER_BASE, typed
        )
    with pytest.raises(NotAllowedError) as refused, ward.database.write() as session:
        holds.release(work_in(session, second, NOW), approval.id)
    assert refused.value.code == "ward_needed"
    assert ward.holds(number) == [codes.W10_MOVED_AFTER_BASE]
    with ward.database.write() as session:
        holds.release(work_in(session, of_ward, NOW), approval.id)
    assert ward.holds(number) == []


def test_one_officer_releases_the_others(ward: Ward, officer: Actor) -> None:
    for code in (codes.W06_INSTITUTION, codes.W14_PARTIAL_BIRTHDATE):
        number = next(n for n, found in ward.all_holds().items() if found == [code])
        with ward.database.write() as session:
            holds.release_alone(work_in(session, officer, NOW), ward.key(number), code)
        assert ward.holds(number) == []
        assert set(ward.states(number)) == {"in_progress"}


def test_the_system_releases_nothing(ward: Ward) -> None:
    number = next(n for n, found in ward.all_holds().items() if found == [codes.W06_INSTITUTION])
    with pytest.raises(NotAllowedError), ward.database.write() as session:
        holds.release_alone(work_in(session, now=NOW), ward.key(number), codes.W06_INSTITUTION)


def test_a_household_goes_on_only_after_its_last_hold(
    ward: Ward, officer: Actor, of_ward: Actor
) -> None:
    number = held(ward.extract(), codes.W10_MOVED_AFTER_BASE)
    with ward.database.write() as session:
        household = session.get_one(Household, ward.key(number))
        holds.put_hold(work_in(session, now=NOW), household, codes.W06_INSTITUTION)
        holds.release_alone(work_in(session, officer, NOW), household.id, codes.W06_INSTITUTION)
    assert set(ward.states(number)) == {"held"}
    with ward.database.write() as session:
        approval = holds.propose_release(
            work_in(session, officer, NOW), ward.key(number), codes.W10_MOVED_AFTER_BASE
        )
        holds.release(work_in(session, of_ward, NOW), approval.id)
    assert set(ward.states(number)) == {"in_progress"}


def test_coupons_hidden_by_a_hold_come_back_and_others_do_not(ward: Ward, officer: Actor) -> None:
    number = next(
        f.number for f in ward.extract().families if f.disposition == "issue" and f.eligible == 2
    )
    key = ward.key(number)
    load_codes(ward.database, ward.folder, 200)
    with ward.database.write() as session:
        assign(work_in(session, now=NOW), reserve=Reserve(), protection_loaded=True)
        own = [coupon.id for coupon in _coupons(session, key)]
        suspend(work_in(session, now=NOW), own[0], reason="reported_lost")
        holds.put_hold(
            work_in(session, now=NOW), session.get_one(Household, key), codes.W06_INSTITUTION
        )
    with ward.database.read() as session:
        assert {coupon.state for coupon in _coupons(session, key)} == {"suspended"}
    with ward.database.write() as session:
        holds.release_alone(work_in(session, officer, NOW), key, codes.W06_INSTITUTION)
    with ward.database.read() as session:
        assert {c.id: c.state for c in _coupons(session, key)} == {
            own[0]: "suspended",
            own[1]: "assigned",
        }


def _coupons(session: object, household_id: int) -> list[Coupon]:
    from sqlalchemy.orm import Session

    from portal.domain.people.entitlements.models import Entitlement

    assert isinstance(session, Session)
    own = select(Entitlement.id).where(Entitlement.household_id == household_id)
    return list(
        session.scalars(select(Coupon).where(Coupon.entitlement_id.in_(own)).order_by(Coupon.id))
    )


def test_a_user_defined_character_is_released_by_the_approved_print_text(
    ward: Ward, officer: Actor, of_ward: Actor
) -> None:
    extract = ward.extract()
    number = extract.cases["user-defined character"]
    key, before = ward.key(number), ward.view(number)
    with pytest.raises(InputError), ward.database.write() as session:
        holds.propose_release(work_in(session, officer, NOW), key, codes.W02_GAIJI)
    with pytest.raises(InputError), ward.database.write() as session:
        holds.propose_print_text(work_in(session, officer, NOW), key, PrintFields(name="高川　聡"))
    whole = PrintFields(name="高川　聡", children={1: "高川　葵", 2: "高川　詩"})
    with ward.database.write() as session:
        approval = holds.propose_print_text(work_in(session, officer, NOW), key, whole)
        assert print_fields(work_in(session), key) is None, "not before it is approved"
        holds.release(work_in(session, of_ward, NOW), approval.id)
    assert ward.holds(number) == []
    assert ward.view(number).fields == before.fields, "the original stays"
    with ward.database.read() as session:
        assert print_fields(work_in(session), key) == whole


def test_an_image_may_stand_for_the_name_when_it_is_a_small_png(ward: Ward, officer: Actor) -> None:
    number = ward.extract().cases["user-defined character"]
    key = ward.key(number)
    children = {1: "高川　葵", 2: "高川　詩"}
    out = io.BytesIO()
    Image.new("1", (600, 120)).save(out, "PNG")
    for wrong in (b"GIF89a", out.getvalue()[:40], b"\x89PNG\r\n\x1a\n" + b"0" * 300_000):
        with pytest.raises(InputError), ward.database.write() as session:
            holds.propose_print_text(
                work_in(session, officer, NOW), key, PrintFields(children=children, image=wrong)
            )
    with ward.database.write() as session:
        fields = PrintFields(children=children, image=out.getvalue())
        assert (
            holds.propose_print_text(work_in(session, officer, NOW), key, fields).state
            == "proposed"
        )


def test_a_print_text_no_longer_counts_when_the_ward_corrects_the_name(
    ward: Ward, officer: Actor, of_ward: Actor
) -> None:
    number = ward.extract().cases["user-defined character"]
    key = ward.key(number)
    with ward.database.write() as session:
        fields = PrintFields(name="高川　聡", children={1: "高川　葵", 2: "高川　詩"})
        approval = holds.propose_print_text(work_in(session, officer, NOW), key, fields)
        holds.release(work_in(session, of_ward, NOW), approval.id)

    def correct(extract: Extract) -> None:
        family = next(f for f in extract.families if f.number == number)
        family.head.cells["氏名"] = "\ue020川　聡"

    assert ward.change(correct) == {"correction": 1}
    assert ward.holds(number) == [codes.W02_GAIJI]
    with ward.database.read() as session:
        assert print_fields(work_in(session), key) is None


def test_a_separate_list_protects_households_and_tells_unknown_numbers(
    database: Database, tmp_path: Path, of_ward: Actor, officer: Actor
) -> None:
    ward = Ward(database, tmp_path)
    families = ward.extract().families
    ward.hand_over()
    path = tmp_path / "list.csv"
    rows = [
        "宛名番号,備考",
        families[0].people[0].cells["宛名番号"],
        families[1].people[1].cells["宛名番号"],
        "000000011111111",
    ]
    path.write_bytes("\r\n".join(rows).encode("cp932"))
    numbers = protection_list.read_list(path, "宛名番号").numbers
    for round_ in range(2):
        with database.write() as session:
            done = protection_list.load_list(
                work_in(session, now=NOW), ListedNumbers(NumberKind.PERSON, numbers)
            )
        assert (done.households, done.held, done.unknown) == (
            2,
            2 * (round_ == 0),
            ("000000011111111",),
        )
    assert ward.view(families[0]).protected
    assert ward.holds(families[1]) == [codes.W01_PROTECTED]
    assert set(ward.states(families[1])) == {"held"}
    with database.write() as session:
        key = ward.key(families[0])
        approval = holds.propose_release(work_in(session, officer, NOW), key, codes.W01_PROTECTED)
        holds.release(work_in(session, of_ward, NOW), approval.id)
        done = protection_list.load_list(
            work_in(session, now=NOW), ListedNumbers(NumberKind.PERSON, numbers)
        )
    assert (done.held, done.released_before) == (0, 1)
    with database.write() as session:
        assert (
            protection_list.load_list(
                work_in(session, now=NOW), ListedNumbers(NumberKind.PERSON, numbers), again=True
            ).held
            == 1
        )


def test_a_list_of_household_numbers_is_read_and_a_wrong_column_refused(
    database: Database, tmp_path: Path
) -> None:
    ward = Ward(database, tmp_path)
    ward.hand_over()
    number = ward.extract().families[2].number
    path = tmp_path / "list.csv"
    path.write_text(f"世帯番号\n{number}\n", encoding="utf-8-sig")
    with pytest.raises(InputError, match="番号A"):
        protection_list.read_list(path, "番号A")
    with database.write() as session:
        found = protection_list.read_list(path, "世帯番号").numbers
        assert (
            protection_list.load_list(
                work_in(session, now=NOW), ListedNumbers(NumberKind.HOUSEHOLD, found)
            ).held
            == 1
        )
    path.write_text("世帯番号\n", encoding="utf-8")
    with pytest.raises(InputError, match="protection none"):
        protection_list.read_list(path, "世帯番号")


def test_nobody_is_protected_when_two_people_of_whom_one_is_the_wards_say_so(
    database: Database, tmp_path: Path, officer: Actor, second: Actor, of_ward: Actor
) -> None:
    Ward(
        database, tmp_path, ExtractPlan(households=5, seed=2, clean=True), "sample-min"
    ).hand_over()
    for first, other in ((officer, officer), (officer, second)):
        with pytest.raises(NotAllowedError), database.write() as session:
            confirm_none(work_in(session, now=NOW), NOW.date(), first, other)
    with database.read() as session:
        assert not protection_loaded(session)
    with database.write() as session:
        approval = confirm_none(work_in(session, now=NOW), NOW.date(), officer, of_ward)
        assert (approval.state, approval.detail) == ("confirmed", {"date": "2023-06-01"})
        assert protection_loaded(session)


def test_none_is_refused_while_somebody_is_protected(
    ward: Ward, officer: Actor, of_ward: Actor
) -> None:
    with pytest.raises(ConflictError), ward.database.write() as session:
        confirm_none(work_in(session, now=NOW), NOW.date(), officer, of_ward)


def test_a_hold_that_is_not_there_cannot_be_released(ward: Ward, officer: Actor) -> None:
    number = next(f.number for f in ward.extract().families if f.disposition == "issue")
    with pytest.raises(NotFoundError), ward.database.write() as session:
        holds.propose_release(work_in(session, officer, NOW), ward.key(number), codes.W01_PROTECTED)
    with ward.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Coupon)) == 0
