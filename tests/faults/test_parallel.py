"""Many at once: one effect, one receipt, no lost count, nobody turned away by the database."""

import asyncio
import re
from collections import Counter

import httpx
import pytest
from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn.models import BackupCode, OtpAuthenticator
from portal.domain.people.coupons.models import Coupon
from tests.functional.resident.test_codes import wrong_code
from tests.support.people import Person
from tests.support.resident import Resident, Visitor


def all_at_once(
    visitors: list[Visitor], path: str, data: list[dict[str, str]]
) -> list[httpx.Response]:
    """Send one form for each visitor, all at the same moment."""

    async def send() -> list[httpx.Response]:
        return await asyncio.gather(
            *(
                v.http.post(path, data={"form_token": v.token} | d)
                for v, d in zip(visitors, data, strict=True)
            )
        )

    return visitors[0].loop.run(send())


def test_fifty_equal_reveals_are_one_delivery(resident: Resident) -> None:
    person = resident.add()
    resident.give_coupons()
    visitor = resident.enter(person)
    answers = all_at_once([visitor] * 50, "/coupon/1/reveal", [{"form_key": "same"}] * 50)
    assert {(a.status_code, a.headers["location"]) for a in answers} == {(303, "/coupon/1")}
    with resident.database.read() as session:
        actions = Counter(
            session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "coupon"))
        )
    assert actions["coupon.revealed"] == 1
    assert resident.count(Coupon, state="revealed") == 1


@pytest.mark.parametrize("path", ["/account/letter/submit", "/account/lost/submit"])
def test_fifty_equal_requests_have_one_receipt(resident: Resident, path: str) -> None:
    visitor = resident.enter(resident.add(active=True))
    answers = all_at_once([visitor] * 50, path, [{"form_key": "same"}] * 50)
    places = Counter(a.headers.get("location") for a in answers)
    receipts = {str(place) for place in places if re.search("/received/", str(place))}
    assert len(receipts) == 1, places
    assert len(resident.tasks()) == 1
    assert {a.status_code for a in answers} == {303}


def test_one_code_of_the_app_opens_one_of_two_doors(resident: Resident) -> None:
    person = resident.add(active=True)
    code = {"code": person.totp(resident.now)}
    doors = [resident.enter(person, stage="code") for _door in range(8)]
    answers = all_at_once(doors, "/signin/code/submit", [code] * 8)
    assert sorted(a.status_code for a in answers) == [303] + [422] * 7


@pytest.mark.asvs("6.6.3")
def test_wrong_codes_at_the_same_moment_are_all_counted(resident: Resident) -> None:
    person = resident.add(active=True)
    doors = [resident.enter(person, stage="code") for _door in range(20)]
    all_at_once(doors, "/signin/code/submit", [{"code": wrong_code(person, resident.now)}] * 20)
    with resident.database.read() as session:
        authenticator = session.scalars(select(OtpAuthenticator)).one()
        assert (authenticator.total_fails, authenticator.locks) == (10, 1)


def test_one_backup_code_opens_one_of_two_doors(resident: Resident) -> None:
    person = resident.add(active=True)
    doors = [resident.enter(person, stage="code") for _door in range(8)]
    answers = all_at_once(doors, "/signin/backup/submit", [{"code": person.backup[3]}] * 8)
    assert sorted(a.status_code for a in answers) == [303] + [422] * 7
    with resident.database.read() as session:
        burned = [row for row in session.scalars(select(BackupCode)) if row.used_at is not None]
    assert len(burned) == 1


def test_five_different_wrong_births_at_once_freeze_with_one_task(resident: Resident) -> None:
    person = resident.add()
    doors = [resident.enter(person, stage="birth") for _door in range(8)]
    births = [{"era": "", "year": "1983", "month": "11", "day": str(day)} for day in range(1, 9)]
    answers = all_at_once(doors, "/start/birth/submit", births)
    assert all(a.status_code < 500 for a in answers)
    assert list(resident.tasks()) == ["birth_frozen"]


def test_sixty_four_residents_sign_in_at_the_same_moment(resident: Resident) -> None:
    people = [resident.add(active=True, children=1) for _person in range(64)]
    visitors = [resident.visitor(f"198.51.100.{n}") for n in range(64)]
    for visitor in visitors:
        visitor.open("/signin")
    waiting: list[tuple[Visitor, Person]] = list(zip(visitors, people, strict=True))
    busy = 0
    for _round in range(12):  # the pool of hashes asks those beyond it to come again
        if not waiting:
            break
        data = [{"login_id": p.login_id, "password": p.password} for _v, p in waiting]
        answers = all_at_once([v for v, _p in waiting], "/signin/submit", data)
        statuses = Counter(a.status_code for a in answers)
        assert set(statuses) <= {303, 503}, statuses
        refused = [a for a in answers if a.status_code == 503]
        assert all("混み合っています" in a.text and a.headers["retry-after"] for a in refused)
        busy += len(refused)
        waiting = [pair for pair, a in zip(waiting, answers, strict=True) if a.status_code == 503]
    assert not waiting
    codes = [{"code": p.totp(resident.now)} for p in people]
    for visitor in visitors:
        visitor.get("/signin/code")
    answers = all_at_once(visitors, "/signin/code/submit", codes)
    assert Counter((a.status_code, a.headers.get("location")) for a in answers) == {
        (303, "/home"): 64
    }
