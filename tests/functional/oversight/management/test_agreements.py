"""What opens without the ward's answer is red, and so is what changed after it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import FixedClock, day_start, jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.oversight.management import agreements, asking
from portal.domain.oversight.management.agreements import SUBJECTS, AgreedKey, Standing
from portal.platform.database import Database
from portal.platform.selfcheck.contract import check_agreements
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.subject import Subject
from portal.settings import Settings
from tests.functional.oversight.management.agreeing import QUESTION, agree_all, answer, ward_of
from tests.support.coupons import NOW, VAULT
from tests.support.sample_ward import sample_program
from tests.support.staff import StaffSite
from tests.support.work import work_in

DAY = timedelta(days=1)


def standing(database: Database, now: datetime = NOW) -> dict[AgreedKey, agreements.Agreed]:
    with database.read() as session:
        return {one.key: one for one in agreements.agreements(work_in(session, now=now))}


def levels(database: Database, settings: Settings, now: datetime) -> list[Level]:
    live = replace(settings, environment="production")
    subject = Subject(
        live, program=sample_program(), database=database, vault=VAULT, clock=FixedClock(now)
    )
    return [one.level for one in check_agreements(subject)]


@pytest.mark.parametrize("key", list(AgreedKey))
def test_what_opens_without_an_answer_is_late_from_its_first_day_and_asked_for_before(
    database: Database, resident_settings: Settings, key: AgreedKey
) -> None:
    opens = day_start(SUBJECTS[key].opens(sample_program()))
    before = standing(database, opens - timedelta(seconds=1))[key]
    assert (before.is_late, before.is_due, before.standing) == (False, True, Standing.MISSING)
    assert standing(database, opens)[key].is_late
    assert not standing(database, opens - 31 * DAY)[key].is_due
    assert Level.ERROR in levels(database, resident_settings, opens)


def test_with_the_wards_answer_nothing_is_late(
    database: Database, resident_settings: Settings
) -> None:
    agree_all(database)
    for one in standing(database).values():
        assert (one.standing, one.agreed, one.is_late) == (Standing.AGREED, one.value, False)
        assert one.instruction_no == "5汐子第7号"
    assert levels(database, resident_settings, NOW) == [Level.OK]


def test_a_change_of_the_program_after_the_answer_is_red(database: Database) -> None:
    agree_all(database)
    program = sample_program()
    shorter = replace(program, requests=replace(program.requests, returned_keep_days=30))
    with database.read() as session:
        work = replace(work_in(session), program=shorter)
        (one,) = agreements.late(work)
    assert (one.key, one.standing, one.agreed) == (AgreedKey.KEEP_DAYS, Standing.CHANGED, "180")


def test_an_answer_that_is_taken_back_agrees_nothing(database: Database) -> None:
    ward = agree_all(database)
    with database.write() as session:
        asking.reopen(work_in(session, ward), QUESTION)
    assert {one.standing for one in standing(database).values()} == {Standing.MISSING}


def test_only_the_ward_agrees_and_only_what_it_answered_and_saw(database: Database) -> None:
    ward = ward_of(database)
    value = SUBJECTS[AgreedKey.DECLINE].value(sample_program())
    officer = Actor(Role.OFFICER, ward.id, Organization.CONTRACTOR)

    def refused(actor: Actor, number: int, seen: str, key: str = "decline") -> str:
        with pytest.raises((InputError, NotAllowedError)) as caught, database.write() as session:
            agreements.agree(work_in(session, actor), key, number, seen)
        return caught.value.code or type(caught.value).__name__

    assert refused(ward, QUESTION, value) == "question"
    with database.write() as session:
        asking.ask(work_in(session, officer), QUESTION, jst_date(NOW))
    assert refused(ward, QUESTION, value) == "question"
    answer(database, ward)
    assert refused(officer, QUESTION, value) != "question"
    assert refused(ward, 99, value) == "question"
    assert refused(ward, QUESTION, "2020-01-01") == "question"
    assert refused(ward, QUESTION, value, "party") == "key"
    assert standing(database)[AgreedKey.DECLINE].standing is Standing.MISSING


def test_the_ward_agrees_on_the_page_and_the_start_page_goes_calm(staff: StaffSite) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert 'href="/agreements' in officer.open("/").text
    assert "回答のある協議事項がまだありません" in ward.open("/agreements").text
    answer(staff.database, ward_of(staff.database))
    assert "この値で合意したこと" not in officer.open("/agreements").text
    for key in AgreedKey:
        here = f"/agreements/{key}/agree"
        seen = SUBJECTS[key].value(sample_program())
        empty = ward.post(here, {f"question-{key}": "", "seen": seen, "form_key": f"e-{key}"})
        assert empty.status_code == 422
        assert "番号を選んでください" in empty.text.split("error-summary")[1].split("</ul>")[0]
        form = {f"question-{key}": str(QUESTION), "seen": seen, "form_key": key}
        assert officer.post(here, form).status_code == 403
        assert {ward.post(here, form).status_code for _ in range(2)} == {303}
    assert len(staff.events("agreement.agreed")) == len(AgreedKey)
    assert officer.open("/agreements").text.count("合意ずみ") == len(AgreedKey)
    assert 'href="/agreements' not in officer.open("/").text
