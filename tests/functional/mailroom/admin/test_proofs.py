"""The page of a run's proof.

Pictures that show no secret, a second person's decision, and what follows from it.
"""

import re
from dataclasses import replace

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.proofs.models import PrintProof
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.people.households.models import Household
from tests.support.mailroom.letters import add_families, printer
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.worker import run_begun


@pytest.fixture
def run(sqlite_staff: StaffSite) -> BuiltRun:
    staff = sqlite_staff
    add_families(staff.database, 4, held=[3])
    made = replace(
        printer(staff.database, staff.site.settings.letters_dir),
        filed=staff.site.program,
        clock=staff.clock,
        public_url=staff.site.settings.public_url,
    )
    built = build_letters(made, workers=0)
    assert isinstance(built, BuiltRun)
    return built


def pictures(visitor: Visitor, base: str) -> list[str]:
    return re.findall(rf'src="({base}/\d+)"', visitor.open(base).text)


def test_a_second_person_looks_and_approves_and_then_it_may_go(
    sqlite_staff: StaffSite, run: BuiltRun
) -> None:
    staff, base = sqlite_staff, f"/letters/{run.run_id}/proof"
    maker, second = staff.hire(Role.OFFICER), staff.hire(Role.OFFICER)
    officer, other = staff.enter(maker), staff.enter(second)
    assert "まだ校正刷りで承認されていません" in officer.open(f"/letters/{run.run_id}").text
    refused = officer.post(f"/letters/{run.run_id}/propose", {"form_key": "p"})
    assert refused.status_code == 422
    assert "校正刷りを作り" in refused.text
    assert officer.post(base + "/make").status_code == 303
    assert run_begun(staff.site) == 1
    assert officer.post(base + "/make").status_code == 422
    own = officer.post(base + "/approve", {"code": maker.code(staff.now), "form_key": "a"})
    assert own.status_code == 403
    assert "校正刷りの承認を待つ印刷" in other.open("/").text
    shown = pictures(other, base)
    assert shown
    answer = other.get(shown[0])
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert len(staff.events("print_proof.viewed")) == 1
    text = other.open(base).text
    assert "保留" in text
    assert "支援措置" not in text
    assert other.post(base + "/approve", {"code": ""}).status_code == 422
    assert staff.count(PrintProof, state="approved") == 0
    form = {"code": second.code(staff.now), "form_key": "a"}
    assert other.post(base + "/approve", form).status_code == 303
    assert "承認ずみ" in officer.open(base).text
    assert "校正刷りの承認を待つ印刷" not in officer.open("/").text
    assert officer.post(f"/letters/{run.run_id}/propose", {"form_key": "q"}).status_code == 303


def test_a_refused_run_is_given_up_and_its_letters_end(
    sqlite_staff: StaffSite, run: BuiltRun
) -> None:
    staff, base = sqlite_staff, f"/letters/{run.run_id}/proof"
    colleague = staff.hire(Role.WARD_OFFICER)
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter(colleague)
    officer.post(base + "/make")
    run_begun(staff.site)
    ward.open(base)
    assert ward.post(base + "/refuse", {"reason": " ", "form_key": "r"}).status_code == 422
    assert ward.post(base + "/refuse", {"reason": "住所が古い", "form_key": "s"}).status_code == 303
    assert "住所が古い" in officer.open(base).text
    form = {"code": colleague.code(staff.now), "form_key": "d"}
    assert ward.post(base + "/discard", form).status_code == 303
    assert staff.count(Letter, state="superseded") == 3
    assert "取りやめました" in ward.open(f"/letters/{run.run_id}").text
    assert pictures(ward, base) == []


def test_a_letter_to_a_household_that_was_protected_since_is_shown_to_the_ward_alone(
    sqlite_staff: StaffSite, run: BuiltRun
) -> None:
    staff, base = sqlite_staff, f"/letters/{run.run_id}/proof"
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    officer.post(base + "/make")
    run_begun(staff.site)
    every = pictures(officer, base)
    with staff.database.write() as session:
        for household in session.query(Household):
            household.protected = True
    assert pictures(officer, base) == []
    assert "支援措置" not in officer.open(base).text
    assert officer.get(every[0]).status_code == 404
    assert pictures(ward, base) == every
    assert ward.get(every[0]).status_code == 200
