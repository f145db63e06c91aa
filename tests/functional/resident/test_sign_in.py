"""Signing in again: ID, password, code; a backup code; an own password.

And answers that tell a stranger nothing.
"""

import re
from collections import Counter

import httpx
import pytest

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn.models import AuthSession, OneTimeCode, ThrottleBucket
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.platform.site import Site
from tests.support.login_ids import plain_login_id
from tests.support.resident import Loop, Resident, make_resident, write_program

OWN = "うずらの たまご 12個"
WRONG = "CDFG HJKL MNPQ"


def masked(page: httpx.Response) -> str:
    """A page without what is different on every page for everybody."""
    text = re.sub(r'(name="(?:form_token|form_key)" value=")[^"]*', r"\1", page.text)
    return re.sub(r'(name="login_id" value=")[^"]*', r"\1", text)


@pytest.mark.asvs("6.3.3")
def test_a_known_resident_signs_in_with_password_and_code(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.sign_in(person)
    assert visitor.place == "/signin/code"
    visitor.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert visitor.place == "/home"
    visitor.open("/signin")
    assert visitor.place == "/home"
    visitor.send("/signout")
    assert visitor.place == "/signedout"
    visitor.open("/home")
    assert visitor.place == "/signin"
    assert resident.count(AuthSession) == 0


@pytest.mark.asvs("14.2.1")
def test_the_letters_address_fills_in_the_id_and_leaves_the_address_bar(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.visitor()
    login_id = plain_login_id()
    first = visitor.get(f"/signin?id={login_id}")
    assert first.status_code == 303
    assert first.headers["location"] == "/signin"
    page = visitor.follow(first)
    assert f'value="{login_id[:4]} {login_id[4:7]} {login_id[7:]}"' in page.text


def test_an_unknown_id_a_wrong_password_and_a_protected_household_get_the_same_answer(
    resident: Resident,
) -> None:
    person, protected = resident.add(), resident.add(protected=True)
    suspended = resident.add(active=True)
    with resident.database.write() as session:
        session.get_one(Credential, suspended.credential_id).state = "suspended"
    tries = {
        "wrong password": (person.login_id, WRONG),
        "unknown": (plain_login_id(), person.password),
        "protected": (protected.login_id, protected.password),
        "suspended": (suspended.login_id, suspended.password),
    }
    answers: dict[str, httpx.Response] = {}
    for name, (login_id, password) in tries.items():
        visitor = resident.visitor()
        visitor.open("/signin")
        answers[name] = visitor.post("/signin/submit", {"login_id": login_id, "password": password})
    texts = {name: masked(page) for name, page in answers.items()}
    assert len(set(texts.values())) == 1, list(texts)
    assert {page.status_code for page in answers.values()} == {422}
    heads = {tuple(sorted(k for k in page.headers if k != "date")) for page in answers.values()}
    assert len(heads) == 1
    assert resident.count(AuthSession) == 0


@pytest.mark.parametrize(
    "typed", ["", "1234", "1234567890", "123456789", "abcdefghij", "12345678901"]
)
def test_what_cannot_be_an_id_is_said_at_once_and_counts_nothing(
    sqlite_resident: Resident, typed: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.open("/signin")
    page = visitor.post("/signin/submit", {"login_id": typed, "password": WRONG})
    assert page.status_code == 422
    assert "手紙のID" in page.text
    assert f'name="login_id" value="{typed}"' in page.text
    assert WRONG not in page.text
    assert sqlite_resident.count(ThrottleBucket) == 0


def test_hint_and_error_are_true_for_a_password_of_ones_own(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.visitor()
    page = visitor.open("/signin").text
    assert "手紙にあるIDとパスワードは、全角でも半角でも、大文字でも小文字でも入力できます" in page
    assert "自分で決めたパスワードは、決めたとおりに入力してください" in page
    wrong = visitor.post("/signin/submit", {"login_id": person.login_id, "password": WRONG}).text
    assert "大文字と小文字も、決めたとおりに" in wrong


@pytest.mark.asvs("6.5.1")
def test_a_backup_code_opens_once(resident: Resident) -> None:
    person = resident.add(active=True)
    code = {"code": person.backup[0].lower()}
    first, second = resident.sign_in(person), resident.sign_in(person)
    first.send("/signin/backup/submit", code)
    assert first.place == "/home"
    refused = second.post("/signin/backup/submit", code)
    assert refused.status_code == 422
    assert "もう使ったコード" in refused.text


@pytest.mark.asvs("6.3.4")
def test_backup_codes_cannot_be_guessed_without_end(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.sign_in(person)
    visitor.open("/signin/backup")
    statuses = [
        visitor.post("/signin/backup/submit", {"code": f"CDFGHJKLM{n}"}).status_code
        for n in range(12)
    ]
    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.asvs("6.2.2", "6.2.5", "6.2.8", "7.4.3")
def test_an_own_password_replaces_the_letters_and_is_taken_as_typed(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor, elsewhere = resident.enter(person), resident.enter(person)
    visitor.open("/account/password")
    visitor.send("/account/password/submit", {"own_password": OWN})
    assert visitor.place == "/account"
    elsewhere.open("/home")
    assert elsewhere.place == "/signin"
    assert resident.sign_in(person).place == "/signin/submit"
    assert resident.sign_in(person, password=OWN).place == "/signin/code"
    assert resident.sign_in(person, password=OWN.upper().replace(" ", "")).place == "/signin/submit"


@pytest.mark.asvs("6.2.9")
@pytest.mark.parametrize("length", [64, 128])
def test_a_long_own_password_is_taken_whole(sqlite_resident: Resident, length: int) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.enter(person)
    long = (OWN * 12)[:length]
    visitor.open("/account/password")
    visitor.send("/account/password/submit", {"own_password": long})
    assert visitor.place == "/account"
    assert sqlite_resident.sign_in(person, password=long[:-1]).place == "/signin/submit"
    assert sqlite_resident.sign_in(person, password=long).place == "/signin/code"


@pytest.mark.asvs("16.3.1")
def test_every_sign_in_of_a_resident_is_on_record(resident: Resident) -> None:
    person = resident.add(active=True)
    resident.sign_in(person, password=WRONG)
    resident.sign_in(person)
    assert resident.count(AuditEvent, action="signin.refused", subject_id=person.credential_id) == 1
    assert resident.count(AuditEvent, action="signin.password") == 1


@pytest.mark.asvs("16.3.1")
def test_every_code_that_a_resident_types_is_on_record_right_or_wrong(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.sign_in(person)
    right = person.totp(resident.now)
    wrong = "000000" if right != "000000" else "000001"
    for code in ("12345", *[wrong] * 10, right):
        visitor.post("/signin/code/submit", {"code": code})
    visitor.open("/signin/backup")
    visitor.post("/signin/backup/submit", {"code": "CDFGHJKLM2"})
    visitor.send("/signin/backup/submit", {"code": person.backup[0]})
    assert visitor.place == "/home"
    with resident.database.read() as session:
        found = Counter(
            (event.action, event.detail.get("kind"), event.household_id)
            for event in session.query(AuditEvent)
            if event.action.startswith(("code.", "signin.complete"))
        )
    own = person.household_id
    assert found == {
        ("code.wrong", "totp", own): 10,
        ("code.locked", "totp", own): 1,
        ("code.backup_wrong", None, own): 1,
        ("code.backup_used", None, own): 1,
        ("signin.complete", None, own): 1,
    }


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("short", "パスワードは10文字以上にしてください"),
        ("kv9!mQ4z#", "パスワードは10文字以上にしてください"),
        ("x" * 129, "128文字まで"),
        ("password1234", "当てられやすい"),
        ("aaaaaaaaaaaa", "当てられやすい"),
        ("東京都汐風区のパスワード", "当てられやすい"),
        ("汐風区の子育て応援", "パスワードは10文字以上にしてください"),
        ("汐風区の子育て応援2026", "当てられやすい"),
        ("naruto12345", "当てられやすい"),
        ("1qaz2wsx3edc", "当てられやすい"),
    ],
)
@pytest.mark.asvs("6.2.1", "6.2.4", "6.2.11")
def test_a_weak_own_password_is_refused_with_the_reason(
    sqlite_resident: Resident, typed: str, said: str
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    visitor.open("/account/password")
    page = visitor.post("/account/password/submit", {"own_password": typed})
    assert page.status_code == 422
    assert said in page.text
    assert typed not in page.text


@pytest.fixture
def activation_only(
    resident_base: Site, resident: Resident, background_loop: Loop, tmp_path: object
) -> Resident:
    """The site of a ward whose letters' passwords work only for the first sign-in."""
    from dataclasses import replace

    from portal.domain.foundation.program.loader import load_program

    program = load_program(
        str(write_program(resident.folder / "strict", password_mode="activation_only"))
    )
    base = replace(resident_base, filed=program)
    return make_resident(base, resident.database, background_loop, resident.folder)


def test_where_the_letter_only_activates_an_own_password_is_asked_for(
    activation_only: Resident,
) -> None:
    resident = activation_only
    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    visitor.open("/start/channel")
    assert visitor.place == "/start/password"
    assert visitor.page is not None
    assert "4つのうち2" in visitor.page.text
    visitor.send("/start/password/submit", {"own_password": OWN})
    assert visitor.place == "/start/channel"
    assert "4つのうち3" in visitor.page.text
    visitor.send("/start/channel/choose", {"channel": "totp"})
    person.totp_secret = visitor.page.text.split('id="totp-key">')[1].split("<")[0].replace(" ", "")
    visitor.send("/start/channel/prove/submit", {"code": person.totp(resident.now)})
    assert visitor.place == "/start/backup-codes"
    assert resident.sign_in(person).place == "/signin/submit"
    assert resident.sign_in(person, password=OWN).place == "/signin/code"


@pytest.mark.asvs("6.4.1")
def test_where_the_letter_only_activates_its_password_opens_nothing_afterwards(
    activation_only: Resident,
) -> None:
    person = activation_only.add(active=True)  # and it never chose a password of its own
    assert activation_only.sign_in(person).place == "/signin/submit"


def test_a_household_that_was_taken_off_the_roster_cannot_sign_in(
    sqlite_resident: Resident,
) -> None:
    person = sqlite_resident.add(active=True)
    with sqlite_resident.database.write() as session:
        session.get_one(Household, person.household_id).state = "removed"
    assert sqlite_resident.sign_in(person).place == "/signin/submit"


@pytest.mark.asvs("6.6.2")
def test_a_code_for_another_purpose_is_refused(resident: Resident) -> None:
    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    visitor.send("/start/channel/choose", {"channel": "sms"})
    visitor.send("/start/channel/address/submit", {"address": "09012345678"})
    enrolling = resident.last_code()
    visitor.send("/start/channel/prove/send")
    second = resident.last_code()
    visitor.send("/start/channel/prove/submit", {"code": second})
    visitor.send("/start/done")
    visitor.send("/signout")
    resident.clock.advance(minutes=2)
    visitor = resident.sign_in(person)
    assert resident.count(OneTimeCode, purpose="sign_in") == 1
    refused = visitor.post("/signin/code/submit", {"code": enrolling})
    assert refused.status_code == 422
    visitor.send("/signin/code/submit", {"code": resident.last_code()})
    assert visitor.place == "/home"


@pytest.mark.asvs("7.4.2")
def test_a_household_that_moved_into_protection_cannot_sign_in_any_more(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    with resident.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    assert resident.sign_in(person).place == "/signin/submit"
    visitor.open("/home")
    assert visitor.place == "/signin", "a session from before goes on"


def test_somebody_signed_in_who_types_a_wrong_password_again_gets_an_answer(
    resident: Resident,
) -> None:
    person = resident.add(active=True)
    visitor = resident.enter(person)
    for form in (
        {"login_id": "", "password": ""},
        {"login_id": person.login_id, "password": WRONG},
    ):
        assert visitor.post("/signin/submit", form).status_code == 422
    visitor.open("/home")
    assert visitor.place == "/home"
