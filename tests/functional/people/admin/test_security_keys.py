"""Security keys of the staff: two people register one, which answers our address alone."""

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.people.staff.models import StaffKey, StaffUser
from tests.functional.resident.passkeys import asked_by
from tests.support.authenticator import HONEST, Answering, Device
from tests.support.resident import Visitor
from tests.support.staff import PASSWORD, Colleague, StaffSite

NEW, MAKE = "/account/keys/new/submit", "/account/keys/make/submit"
ELSEWHERE = {
    "another origin": Answering(origin="http://staff.example"),
    "another host": Answering(host="staff.example"),
    "nobody looked": Answering(verified=False),
    "nobody there": Answering(present=False),
    "a copy counts less": Answering(count=0),
}


def two(staff: StaffSite, owner: Colleague, second: Colleague | None) -> dict[str, str]:
    """What both type."""
    typed = {"label": "机の引き出しのキー", "code": owner.code(staff.now)}
    if second is not None:
        typed |= {"second_login": second.login, "second_code": second.code(staff.now)}
    return typed


def register(
    staff: StaffSite,
    owner: Colleague,
    second: Colleague | None = None,
    how: Answering = HONEST,
) -> tuple[Visitor, Device]:
    """Register a key in front of a second person."""
    second = second or staff.hire(Role.ADMINISTRATOR)
    visitor, device = staff.enter(owner), Device()
    visitor.open("/account/keys/new")
    visitor.send(NEW, two(staff, owner, second))
    assert visitor.place == "/account/keys/make"
    asked = asked_by(visitor, "/account/keys/options")
    visitor.send(MAKE, {"passkey": device.make(asked, how)})
    staff.clock.advance(minutes=1)
    return visitor, device


def keys(staff: StaffSite) -> int:
    with staff.database.read() as session:
        return len(session.scalars(select(StaffKey)).all())


def half(staff: StaffSite, owner: Colleague) -> Visitor:
    """Somebody who typed login and password."""
    visitor = staff.visitor(owner.address)
    visitor.open("/signin")
    visitor.send("/signin/submit", {"login": owner.login, "password": PASSWORD})
    assert visitor.place == "/signin/code"
    return visitor


def press(visitor: Visitor, device: Device, how: Answering = HONEST) -> bool:
    """Press the button and let the key answer; whether it opens the site."""
    asked = asked_by(visitor, "/signin/key/options")
    answer = visitor.post("/signin/key/submit", {"passkey": device.answer(asked, how)})
    return answer.status_code == 303 and answer.headers["location"] == "/"


def test_two_people_register_a_key_and_it_signs_in(named_staff: StaffSite) -> None:
    staff = named_staff
    owner, second = staff.hire(Role.OFFICER), staff.hire(Role.ADMINISTRATOR)
    visitor, device = register(staff, owner, second)
    page = visitor.open("/account").text
    assert "机の引き出しのキー" in page
    assert "2023年8月" in page
    (event,) = staff.events("staff.key_added")
    assert (event.actor_id, event.detail["confirmed_by"]) == (owner.id, second.id)
    visitor = half(staff, owner)
    assert press(visitor, device)
    assert visitor.get("/").status_code == 200
    assert len(staff.events("staff.key_used")) == 1


def test_the_code_of_the_app_stays_as_the_way_without(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    register(staff, owner)
    visitor = half(staff, owner)
    assert "セキュリティキー" in visitor.open("/signin/code").text
    visitor.send("/signin/code/submit", {"code": owner.code(staff.now)})
    assert visitor.place == "/"
    other = staff.hire()
    assert "セキュリティキー" not in half(staff, other).open("/signin/code").text


def refuse(staff: StaffSite, owner: Colleague, typed: dict[str, str]) -> int:
    visitor = staff.enter(owner)
    visitor.open("/account/keys/new")
    status = visitor.post(NEW, typed).status_code
    assert visitor.get("/account/keys/options").status_code == 409
    assert keys(staff) == 0
    return status


def test_one_person_alone_registers_none(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire(Role.ADMINISTRATOR)
    assert refuse(staff, owner, two(staff, owner, None)) == 422


def test_oneself_is_no_second_person(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire(Role.ADMINISTRATOR)
    assert refuse(staff, owner, two(staff, owner, owner)) == 422


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.OFFICER, Role.AUDITOR])
def test_the_second_person_is_one_who_may_vouch(named_staff: StaffSite, role: Role) -> None:
    staff = named_staff
    owner = staff.hire(Role.OFFICER)
    assert refuse(staff, owner, two(staff, owner, staff.hire(role))) == 422


def test_the_side_of_the_account_stands_beside(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire(Role.AGENT)
    staff.hire(Role.ADMINISTRATOR)
    assert refuse(staff, owner, two(staff, owner, staff.hire(Role.WARD_OFFICER))) == 422


def test_a_second_person_who_is_gone_stands_beside_nobody(named_staff: StaffSite) -> None:
    staff = named_staff
    owner, second = staff.hire(), staff.hire(Role.ADMINISTRATOR)
    visitor = staff.enter(owner)
    visitor.open("/account/keys/new")
    with staff.database.write() as session:
        session.get_one(StaffUser, second.id).active = False
    assert visitor.send(NEW, two(staff, owner, second)).status_code in {403, 422}
    assert visitor.get(MAKE.removesuffix("/submit")).status_code == 303
    assert not staff.events("staff.stood_beside")


def test_wrong_codes_register_none(named_staff: StaffSite) -> None:
    staff = named_staff
    owner, second = staff.hire(), staff.hire(Role.ADMINISTRATOR)
    typed = two(staff, owner, second)
    assert refuse(staff, owner, typed | {"code": "000000"}) == 422
    staff.clock.advance(minutes=1)
    typed = two(staff, owner, second)
    assert refuse(staff, owner, typed | {"second_code": "000000"}) == 422


@pytest.mark.parametrize("label", ["", "　", "あ" * 21])
def test_a_key_needs_a_label(named_staff: StaffSite, label: str) -> None:
    staff = named_staff
    owner, second = staff.hire(), staff.hire(Role.ADMINISTRATOR)
    assert refuse(staff, owner, two(staff, owner, second) | {"label": label}) == 422


@pytest.mark.parametrize("how", list(ELSEWHERE.values())[:4], ids=list(ELSEWHERE)[:4])
def test_no_key_is_made_elsewhere_or_without_its_owner(
    named_staff: StaffSite, how: Answering
) -> None:
    register(named_staff, named_staff.hire(), how=how)
    assert keys(named_staff) == 0


def test_a_key_that_can_be_copied_is_refused(named_staff: StaffSite) -> None:
    visitor, _device = register(named_staff, named_staff.hire(), how=Answering(copied=True))
    assert keys(named_staff) == 0
    assert visitor.page is not None
    assert "写せるキーは使えません" in visitor.page.text


def test_the_minutes_of_two_people_end(named_staff: StaffSite) -> None:
    staff = named_staff
    owner, second, device = staff.hire(), staff.hire(Role.ADMINISTRATOR), Device()
    visitor = staff.enter(owner)
    visitor.open("/account/keys/new")
    visitor.send(NEW, two(staff, owner, second))
    made = device.make(asked_by(visitor, "/account/keys/options"))
    staff.clock.advance(minutes=5)
    visitor.send(MAKE, {"passkey": made})
    assert keys(staff) == 0


@pytest.mark.parametrize("how", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.asvs("6.3.3")
def test_an_answer_from_elsewhere_opens_nothing(named_staff: StaffSite, how: Answering) -> None:
    staff = named_staff
    owner = staff.hire()
    _visitor, device = register(staff, owner)
    visitor = half(staff, owner)
    assert not press(visitor, device, how)
    assert visitor.get("/").headers["location"] == "/signin/code"
    assert len(staff.events("staff.key_refused")) == 1


def test_the_key_of_a_colleague_opens_nothing(named_staff: StaffSite) -> None:
    staff = named_staff
    owner, other = staff.hire(), staff.hire()
    _visitor, device = register(staff, owner)
    register(staff, other)
    assert not press(half(staff, other), device)


def test_an_answer_counts_once(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    _visitor, device = register(staff, owner)
    visitor = half(staff, owner)
    answer = device.answer(asked_by(visitor, "/signin/key/options"))
    assert visitor.post("/signin/key/submit", {"passkey": answer}).status_code == 303
    again = half(staff, owner)
    asked_by(again, "/signin/key/options")
    assert again.post("/signin/key/submit", {"passkey": answer}).status_code == 422


def test_a_challenge_is_answered_once(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    _visitor, device = register(staff, owner)
    visitor = half(staff, owner)
    asked = asked_by(visitor, "/signin/key/options")
    wrong = device.answer(asked, Answering(verified=False))
    assert visitor.post("/signin/key/submit", {"passkey": wrong}).status_code == 422
    right = device.answer(asked)
    assert visitor.post("/signin/key/submit", {"passkey": right}).status_code == 422


def test_wrong_answers_count_with_wrong_codes(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    _visitor, device = register(staff, owner)
    visitor = half(staff, owner)
    for _try in range(5):
        assert not press(visitor, device, Answering(verified=False))
    asked = asked_by(visitor, "/signin/key/options")
    answer = visitor.post("/signin/key/submit", {"passkey": device.answer(asked)})
    assert answer.status_code == 429
    assert visitor.post("/signin/code/submit", {"code": owner.code(staff.now)}).status_code == 429


@pytest.mark.parametrize("by", ["owner", "administrator"])
def test_a_key_is_ended_at_once(named_staff: StaffSite, by: str) -> None:
    staff = named_staff
    owner = staff.hire()
    visitor, device = register(staff, owner)
    with staff.database.read() as session:
        key = session.scalars(select(StaffKey.id)).one()
    path = f"/account/keys/{key}/end"
    if by == "administrator":
        visitor = staff.enter_as(Role.ADMINISTRATOR)
        assert "机の引き出しのキー" in visitor.open(f"/staff/{owner.id}/sessions").text
        path = f"/staff/{owner.id}/keys/{key}/end"
    else:
        visitor.open("/account")
    visitor.send(path)
    assert keys(staff) == 0
    assert not press(half(staff, owner), device)
    assert len(staff.events("staff.key_ended")) == 1
    visitor.send(path)
    assert len(staff.events("staff.key_ended")) == 1, "twice is no fault"


def test_nobody_else_ends_a_key(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    register(staff, owner)
    with staff.database.read() as session:
        key = session.scalars(select(StaffKey.id)).one()
    other, _device = register(staff, staff.hire(Role.OFFICER))  # who has one of their own
    other.open("/account")
    other.send(f"/account/keys/{key}/end")
    assert other.post(f"/staff/{owner.id}/keys/{key}/end").status_code == 403
    assert keys(staff) == 2


@pytest.mark.parametrize("step", ["deactivate", "renew"])
def test_keys_end_with_the_account_and_with_new_secrets(named_staff: StaffSite, step: str) -> None:
    staff = named_staff
    owner, admin = staff.hire(), staff.hire(Role.ADMINISTRATOR)
    second = staff.hire(Role.ADMINISTRATOR)
    register(staff, owner, second)
    visitor = staff.enter(admin)
    visitor.open("/staff")
    if step == "deactivate":
        visitor.send(f"/staff/{owner.id}/deactivate")
    else:
        visitor.open(f"/staff/{owner.id}/renew")
        typed = two(staff, admin, second)
        assert visitor.post(f"/staff/{owner.id}/renew/submit", typed).status_code == 200
    assert keys(staff) == 0


def test_the_label_is_sealed(named_staff: StaffSite) -> None:
    register(named_staff, named_staff.hire())
    with named_staff.database.read() as session:
        sealed = session.scalars(select(StaffKey.sealed)).one()
    assert "机の引き出しのキー".encode() not in sealed


def test_without_a_name_no_key_is_offered(sqlite_staff: StaffSite) -> None:
    owner = sqlite_staff.hire()
    visitor = sqlite_staff.enter(owner)
    assert "/account/keys/new" not in visitor.open("/account").text
    assert visitor.get("/account/keys/new").status_code == 404
    with sqlite_staff.database.read() as session:
        assert session.get_one(StaffUser, owner.id).active
