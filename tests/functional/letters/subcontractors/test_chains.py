"""Subcontractors of subcontractors: the ward consents to each level, and each proves its end."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    WrongStateError,
)
from portal.domain.letters.subcontractors import queries, services
from portal.domain.letters.subcontractors.kinds import Purpose
from portal.domain.letters.subcontractors.models import Subcontractor
from portal.domain.letters.subcontractors.services import Certificate, Company
from portal.domain.oversight.disposal.obstacles import companies
from portal.domain.oversight.management.proofs import prove
from portal.domain.oversight.registers.dues import Due, dues
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.reports.management.rows import companies_table
from tests.functional.letters.subcontractors.test_subcontractors import KEY, Register, register
from tests.support.coupons import NOW
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["register"]
TODAY, DAY = date(2023, 7, 3), timedelta(days=1)
CERTIFICATE = Certificate("JIS Q 27001 第1号", TODAY + 400 * DAY)


def enter(
    register: Register,
    name: str,
    parent: int | None = None,
    purpose: str = Purpose.MAIL_HOUSE.value,
    **more: Any,
) -> int:
    """Enter a company that is right but for what is given."""
    company = Company(name, purpose, "手紙の封入", KEY, parent_id=parent, **more)
    with register.database.write() as session:
        work = work_in(session, register.officer)
        return services.propose_subcontractor(work, company).id


@pytest.fixture
def chain(register: Register) -> tuple[int, int, int]:
    """Three companies, each working for the one before; the ward consented to none."""
    first = enter(register, "汐風印刷", certificate=CERTIFICATE)
    second = enter(register, "みなと封入", first, certificate=CERTIFICATE)
    return first, second, enter(register, "浜辺運送", second, certificate=CERTIFICATE)


def due(register: Register, days: int = 0) -> list[Due]:
    """What is due with subcontractors."""
    with register.database.read() as session:
        found = dues(work_in(session, register.officer, NOW + days * DAY))
    return [one for one in found if "再委託先「" in one.sentence]


def test_consent_comes_from_the_top_and_a_file_needs_the_whole_chain(
    register: Register, chain: tuple[int, int, int]
) -> None:
    first, second, third = chain
    with pytest.raises(ConflictError, match="汐風印刷") as refused:
        register.consent(second)
    assert refused.value.code == "chain"
    register.consent(first)
    register.consent(second)
    with pytest.raises(NotAllowedError, match="浜辺運送"):
        register.send(third)
    register.consent(third)
    register.send(third)
    with register.database.write() as session:  # nothing of ours leaves it so
        session.execute(
            update(Subcontractor).where(Subcontractor.id == first).values(state="ended")
        )
    with pytest.raises(NotAllowedError, match="汐風印刷"):
        register.send(third)
    with register.database.read() as session:
        assert queries.without_chain(session) == ["汐風印刷 → みなと封入"]
        (proof,) = prove(work_in(session), ["consents"])
        assert (proof.holds, "みなと封入" in proof.found) == (False, True)


def test_a_company_ends_after_those_below_it(
    register: Register, chain: tuple[int, int, int]
) -> None:
    first, second, third = chain
    for above in (first, second):
        with pytest.raises(ConflictError, match="さきに"):
            register.act("end", above)
    for one in (third, second, first):
        register.act("end", one)
    assert register.state(first) == "ended"
    with pytest.raises(InputError) as refused:
        enter(register, "あと", second)
    assert refused.value.code == "parent"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"parent": 999}, "parent"),
        ({"work_until": TODAY - DAY}, "work_until"),
        ({"certificate": Certificate(" ", TODAY)}, "certificate_no"),
        ({"certificate": Certificate("9" * 61, TODAY)}, "certificate_no"),
        ({"certificate": Certificate("1", TODAY - DAY)}, "certificate_until"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    register: Register, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(InputError) as refused:
        enter(register, "会社", **more)
    assert refused.value.code == code


def test_a_certificate_is_recorded_warned_of_and_renewed(register: Register) -> None:
    key = enter(register, "汐風印刷")
    assert due(register) == []
    register.consent(key)
    (missing,) = due(register)
    assert (missing.late, missing.kind) == (True, RegisterKind.CERTIFICATE)
    with register.database.write() as session:
        work = work_in(session, register.officer)
        services.certify(work, key, Certificate("第2号", TODAY + 90 * DAY))
    assert due(register) == []
    (soon,) = due(register, 40)
    assert not soon.late
    (late,) = due(register, 91)
    assert late.late
    register.act("end", key)
    assert due(register, 91) == []
    with pytest.raises(WrongStateError), register.database.write() as session:
        services.certify(work_in(session, register.officer), key, CERTIFICATE)
    with pytest.raises(NotAllowedError), register.database.write() as session:
        services.certify(work_in(session), key, CERTIFICATE)


def test_the_end_of_its_work_is_announced_and_then_late(register: Register) -> None:
    key = enter(register, "通訳", purpose="interpreter", work_until=TODAY + 90 * DAY)
    register.consent(key)
    assert due(register) == []
    (soon,) = due(register, 40)
    assert (soon.late, soon.kind) == (False, RegisterKind.SUB_DISPOSAL)
    (late,) = due(register, 91)
    assert (late.late, "廃棄証明書" in late.sentence) == (True, True)


def test_whoever_works_below_one_that_was_sent_a_file_owes_a_certificate_of_disposal(
    register: Register, chain: tuple[int, int, int]
) -> None:
    first, second, _third = chain
    other = enter(register, "よその会社")
    for one in (first, second, other):
        register.consent(one)
    with register.database.read() as session:
        assert companies(session) == []
    register.send(first)
    with register.database.read() as session:
        assert companies(session) == ["みなと封入", "汐風印刷"], "without consent nothing went on"


def test_papers_for_the_ward_show_the_chain(
    register: Register, chain: tuple[int, int, int]
) -> None:
    enter(register, "もう一社")
    with register.database.read() as session:
        rows = companies_table(session).rows
        links = queries.in_chains(session)
    assert [row[0] for row in rows] == [
        "汐風印刷",
        "汐風印刷 → みなと封入",
        "汐風印刷 → みなと封入 → 浜辺運送",
        "もう一社",
    ]
    assert [link.level for link in links] == [1, 2, 3, 1]
    assert "JIS Q 27001 第1号" in str(rows[0][4])


def test_a_chain_is_entered_on_the_page(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    first = {"name": "汐風印刷", "purpose": "mail_house", "work": "印刷", "public_key": KEY}
    officer.open("/subcontractors")
    officer.send("/subcontractors/propose", first)
    with staff.database.read() as session:
        key = session.query(Subcontractor).one().id
    below = first | {"name": "みなと封入", "parent": str(key), "work_until": "2024-03-31"}
    for wrong, field in (
        ({"parent": "x"}, "parent"),
        ({"certificate_no": "1"}, "certificate_until"),
        ({"certificate_until": "あす"}, "certificate_until"),
        ({"work_until": "2020-01-01"}, "work_until"),
    ):
        page = officer.post("/subcontractors/propose", below | wrong)
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
    officer.send("/subcontractors/propose", below)
    shown = officer.open("/subcontractors").text
    assert "再委託の2段目" in shown
    assert "2024-03-31" in shown
    here = f"/subcontractors/{key}/certify"
    typed = {f"certificate_no-{key}": "第9号", f"certificate_until-{key}": "2026-03-31"}
    assert officer.post(here, typed | {f"certificate_until-{key}": ""}).status_code == 422
    officer.send(here, typed)
    assert "第9号</span> 2026-03-31" in " ".join(officer.open("/subcontractors").text.split())
    ended = officer.post(f"/subcontractors/{key}/end")
    assert ended.status_code == 422
    assert "みなと封入" in ended.text
    assert staff.enter_as(Role.WARD_OFFICER).post(here, typed).status_code == 403
