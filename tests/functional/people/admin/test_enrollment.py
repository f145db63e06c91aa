"""The first sign-in: what somebody handed over is replaced by what only the owner knows.

The attack: whoever had added two accounts knew password and key of both for ever, and was two
people; a copied key could not be replaced.
"""

from datetime import timedelta

import pyotp
import pytest
from click.testing import Result

from portal.cli.oversight.copies import copies
from portal.cli.people.staff import staff as command
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff import enrollment, services
from portal.domain.people.staff.models import StaffUser
from tests.functional.people.admin.command_support import House
from tests.functional.people.admin.test_command_proof import ADD
from tests.functional.people.admin.test_sign_in import password_step, sign_in
from tests.support.resident import Visitor
from tests.support.staff import COOKIE, PASSWORD, Colleague, StaffSite, hire
from tests.support.work import work_in

OWN = "a heron stands in the river 71"
AGAIN = "the ferry leaves at seven 204"


def new_colleague(staff: StaffSite, role: Role = Role.OFFICER) -> Colleague:
    return hire(staff.database, staff.now, role, "neulich", enrolled=False)


def key_of(visitor: Visitor) -> str:
    text = visitor.open("/enrollment").text
    return text.split('id="totp-key"')[1].split(">")[1].split("<")[0].replace(" ", "")


def own(visitor: Visitor, staff: StaffSite, password: str = OWN) -> str:
    """Set an own password and key; return the key."""
    key = key_of(visitor)
    code = pyotp.TOTP(key).at(staff.now)
    visitor.send("/enrollment/submit", {"new_password": password, "code": code})
    return key


def test_the_first_sign_in_sets_an_own_password_and_key_and_the_old_ones_are_worth_nothing(
    staff: StaffSite,
) -> None:
    colleague = new_colleague(staff)
    visitor = sign_in(staff, colleague)
    visitor.open("/")
    assert visitor.place == "/enrollment"
    before = visitor.cookie(COOKIE)
    key = own(visitor, staff)
    assert visitor.place == "/"
    assert visitor.cookie(COOKIE) not in {"", before}
    assert key != colleague.totp_secret
    assert password_step(staff, colleague.login, PASSWORD).place == "/signin/submit"
    staff.clock.instant += timedelta(minutes=1)
    visitor = password_step(staff, colleague.login, OWN)
    visitor.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    assert visitor.place == "/signin/code/submit"
    visitor.send("/signin/code/submit", {"code": pyotp.TOTP(key).at(staff.now)})
    assert visitor.place == "/"
    assert [event.subject_id for event in staff.events("staff.enrolled")] == [colleague.id]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WARD_OFFICER, Role.ADMINISTRATOR])
def test_until_then_every_page_leads_to_it(staff: StaffSite, role: Role) -> None:
    visitor = staff.enter(new_colleague(staff, role))
    for path in ("/", "/households", "/account", "/staff", "/calendar"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/enrollment"), path
    posted = visitor.post("/staff/1/deactivate")
    assert (posted.status_code, posted.headers["location"]) == (303, "/enrollment")


def test_whoever_looks_before_the_owner_sees_another_key_and_is_signed_out(
    staff: StaffSite,
) -> None:
    colleague = new_colleague(staff)
    maker, owner = staff.enter(colleague), staff.enter(colleague)
    seen = key_of(maker)
    assert own(owner, staff) != seen
    assert owner.place == "/"
    assert maker.get("/enrollment").headers["location"] == "/signin"
    assert staff.count(AuthSession) == 1


def test_the_key_is_shown_to_nobody_else_and_not_again(staff: StaffSite) -> None:
    colleague = new_colleague(staff)
    for path in ("/enrollment", "/enrollment/key.png"):
        assert staff.visitor().get(path).headers["location"] == "/signin"
    owner = staff.enter(colleague)
    assert owner.get("/enrollment/key.png").content.startswith(b"\x89PNG")
    own(owner, staff)
    for path in ("/enrollment", "/enrollment/key.png"):
        assert owner.get(path).headers["location"] == "/"


@pytest.mark.parametrize(
    ("password", "code", "said"),
    [
        (PASSWORD, "right", "渡されたパスワードのまま"),
        ("short", "right", "10文字以上"),
        ("neulich neulich", "right", "当てられやすい"),
        (OWN, "first", "番号が違います"),
        (OWN, "", "番号"),
    ],
)
def test_what_is_not_ones_own_is_refused_and_changes_nothing(
    staff: StaffSite, password: str, code: str, said: str
) -> None:
    colleague = new_colleague(staff)
    visitor = staff.enter(colleague)
    secret = {"right": key_of(visitor), "first": colleague.totp_secret}.get(code)
    typed = pyotp.TOTP(secret).at(staff.now) if secret else ""
    visitor.send("/enrollment/submit", {"new_password": password, "code": typed})
    assert visitor.page is not None
    assert visitor.page.status_code == 422
    assert said in visitor.page.text
    assert staff.count(StaffUser, id=colleague.id, enrolled_at=None) == 1


def test_a_form_of_another_session_sets_nothing(staff: StaffSite) -> None:
    colleague = new_colleague(staff)
    visitor = staff.enter(colleague)
    typed = {"new_password": OWN, "code": pyotp.TOTP(key_of(visitor)).at(staff.now)}
    foreign = staff.enter_as(Role.OFFICER).token
    for token in ("", foreign):
        answer = visitor.post("/enrollment/submit", typed | {"form_token": token})
        assert answer.status_code == 403
    assert staff.count(StaffUser, id=colleague.id, enrolled_at=None) == 1


def test_a_double_submit_is_carried_out_once(staff: StaffSite) -> None:
    visitor = staff.enter(new_colleague(staff))
    key = own(visitor, staff)
    code = pyotp.TOTP(key).at(staff.now)
    again = visitor.post("/enrollment/submit", {"new_password": AGAIN, "code": code})
    assert again.headers["location"] == "/"
    assert len(staff.events("staff.enrolled")) == 1


def test_before_the_first_sign_in_an_account_is_nobody_at_the_command_line(house: House) -> None:
    house.hire("new", "contractor", "officer", enrolled=False)
    refused = house.by_codes(copies, *(*ADD[:-1], "new"), codes=(house.code("new"),))
    assert (refused.exit_code, "はじめてのサインイン" in refused.output) == (1, True)
    assert house.events("data_copy.registered") == []


def renewed(house: House, login: str, *by: str) -> Result:
    words = [word for pair in zip(("--by", "--confirmed-by"), by, strict=False) for word in pair]
    codes = tuple(house.fresh_code(person) for person in by)
    return house.by_codes(command, "renew", "--login", login, *words, codes=codes)


def test_a_lost_phone_is_replaced_by_two_people_of_its_side(house: House) -> None:
    house.hire("admin", "contractor", "administrator")
    for login, people, code in (
        ("ward", ("admin",), 1),
        ("officer", ("admin",), 1),
        ("officer", (), 1),
        ("officer", ("admin", "second"), 1),
        ("officer", ("admin", "ward"), 0),
    ):
        assert renewed(house, login, *people).exit_code == code, (login, people)
    (event,) = house.events("staff.renewed")
    assert event.actor_id == house.id_of("admin")
    assert event.detail["confirmed_by"] == house.id_of("ward")
    proof = house.by_codes(copies, *ADD, codes=(house.fresh_code("officer"),))
    assert proof.exit_code == 1, "its own secrets are worth nothing, and there are no new ones yet"


def test_a_renewed_account_is_signed_out_and_its_owner_reads_who_did_it(staff: StaffSite) -> None:
    colleague, admin = staff.hire(), staff.hire(Role.ADMINISTRATOR)
    visitor = staff.enter(colleague)
    with staff.database.write() as session:
        by = Actor(Role.ADMINISTRATOR, admin.id, Organization.CONTRACTOR)
        made = enrollment.renew(
            work_in(session, by, now=staff.now, vault=staff.site.vault),
            services.find_staff(session, colleague.login),
        )
        password, secret = made.password, made.totp_secret
    assert visitor.get("/").headers["location"] == "/signin"
    assert password_step(staff, colleague.login, PASSWORD).place == "/signin/submit"
    visitor = password_step(staff, colleague.login, password)
    visitor.send("/signin/code/submit", {"code": pyotp.TOTP(secret).at(staff.now)})
    page = visitor.open("/enrollment").text
    assert f"職員 {admin.login}" in page
    own(visitor, staff)
    account = visitor.open("/account").text
    assert "作りなおした" in account
    assert "本人が" in account
