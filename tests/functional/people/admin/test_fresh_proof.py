"""Before a dangerous action: a code of the app, or a security key, as fresh and as one's own."""

import pytest

from portal.domain.foundation.actors import Role
from tests.functional.people.admin.test_security_keys import (
    ELSEWHERE,
    NEW,
    keys,
    register,
    two,
)
from tests.functional.resident.passkeys import asked_by
from tests.support.authenticator import HONEST, Answering, Device
from tests.support.resident import Visitor
from tests.support.staff import PASSWORD, Colleague, StaffSite

ASK = "/account/keys/ask"
CHANGED = "uzura no tamago 12 ko"
NOBODY_LOOKED = Answering(verified=False)


def change_password(visitor: Visitor, current: str = PASSWORD, **proof: str) -> bool:
    """Do something dangerous with a proof; whether it was done."""
    visitor.open("/account")
    typed = {"current": current, "new_password": CHANGED, **proof}
    answer = visitor.post("/account/password/submit", typed)
    return answer.status_code == 303 and answer.headers["location"].endswith("said=password")


def proof_of(visitor: Visitor, device: Device, how: Answering = HONEST) -> str:
    """Press the button of the form, and let the key answer."""
    visitor.open("/account")
    return device.answer(asked_by(visitor, ASK), how)


def test_a_key_stands_in_the_place_of_the_code_and_the_record_says_so(
    named_staff: StaffSite,
) -> None:
    staff = named_staff
    owner = staff.hire()
    visitor, device = register(staff, owner)
    assert change_password(visitor, code="", passkey=proof_of(visitor, device))
    (used,) = staff.events("staff.key_used")
    assert used.actor_id == owner.id
    assert used.detail["act"] == "/account/password/submit"
    assert used.detail["key"] > 0


def test_the_code_stays_and_the_record_says_so(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    visitor, _device = register(staff, owner)
    assert change_password(visitor, code=owner.code(staff.now))
    used = staff.events("staff.code_used")[-1]
    assert (used.actor_id, used.detail["act"]) == (owner.id, "/account/password/submit")
    assert staff.events("staff.key_used") == []


def test_neither_does_nothing(named_staff: StaffSite) -> None:
    staff = named_staff
    visitor, _device = register(staff, staff.hire())
    assert not change_password(visitor, code="", passkey="")
    assert not change_password(visitor, code="", passkey="{}")
    assert not change_password(visitor, code="", passkey="not even JSON")


@pytest.mark.parametrize("how", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_answer_from_elsewhere_or_without_its_owner_does_nothing(
    named_staff: StaffSite, how: Answering
) -> None:
    staff = named_staff
    visitor, device = register(staff, staff.hire())
    assert not change_password(visitor, passkey=proof_of(visitor, device, how))
    (refused,) = staff.events("staff.key_refused")
    assert refused.detail["act"] == "/account/password/submit"


def test_the_key_of_somebody_else_does_nothing(named_staff: StaffSite) -> None:
    staff = named_staff
    visitor, _own = register(staff, staff.hire())
    _other, device = register(staff, staff.hire())
    assert not change_password(visitor, passkey=proof_of(visitor, device))


def test_an_answer_counts_once(named_staff: StaffSite) -> None:
    staff = named_staff
    visitor, device = register(staff, staff.hire())
    answer = proof_of(visitor, device)
    assert change_password(visitor, passkey=answer)
    asked_by(visitor, ASK)
    assert not change_password(visitor, CHANGED, passkey=answer)
    assert change_password(visitor, CHANGED, passkey=proof_of(visitor, device))


def test_a_challenge_is_answered_once(named_staff: StaffSite) -> None:
    staff = named_staff
    visitor, device = register(staff, staff.hire())
    visitor.open("/account")
    asked = asked_by(visitor, ASK)
    assert not change_password(visitor, passkey=device.answer(asked, Answering(verified=False)))
    assert not change_password(visitor, passkey=device.answer(asked))


def test_an_old_challenge_does_nothing(named_staff: StaffSite) -> None:
    staff = named_staff
    visitor, device = register(staff, staff.hire())
    answer = proof_of(visitor, device)
    staff.clock.advance(minutes=5)
    assert not change_password(visitor, passkey=answer)


def test_an_answer_belongs_to_the_browser_that_asked(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    here, device = register(staff, owner)
    there = staff.enter(owner)
    answer = proof_of(here, device)
    proof_of(there, device)
    assert not change_password(there, passkey=answer)


def test_an_ended_key_proves_nothing(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    visitor, device = register(staff, owner)
    answer = proof_of(visitor, device)
    key = staff.events("staff.key_added")[0].detail["key"]
    visitor.send(f"/account/keys/{key}/end")
    assert keys(staff) == 0
    assert not change_password(visitor, passkey=answer)


def test_wrong_answers_count_with_wrong_codes(named_staff: StaffSite) -> None:
    staff = named_staff
    owner = staff.hire()
    visitor, device = register(staff, owner)
    for _try in range(5):
        assert not change_password(visitor, passkey=proof_of(visitor, device, NOBODY_LOOKED))
    assert not change_password(visitor, passkey=proof_of(visitor, device))
    assert not change_password(visitor, code=owner.code(staff.now))


def two_with_key(staff: StaffSite, owner: Colleague, second: Colleague) -> dict[str, str]:
    return two(staff, owner, second) | {"code": ""}


def test_of_two_people_the_one_who_is_signed_in_may_use_the_key(named_staff: StaffSite) -> None:
    staff = named_staff
    owner, second = staff.hire(), staff.hire(Role.ADMINISTRATOR)
    visitor, device = register(staff, owner, second)
    typed = two_with_key(staff, owner, second)
    visitor.send(NEW, typed | {"passkey": proof_of(visitor, device)})
    assert visitor.place == "/account/keys/make"
    assert len(staff.events("staff.key_used")) == 1
    staff.clock.advance(minutes=1)
    other = staff.enter(owner)
    other.open("/account/keys/new")
    typed = two_with_key(staff, owner, second) | {"second_code": ""}
    typed |= {"passkey": proof_of(other, device)}
    assert other.post(NEW, typed).status_code == 422, "one person's key is not two people"


def test_only_who_has_a_key_is_offered_it(named_staff: StaffSite) -> None:
    staff = named_staff
    owner, without = staff.hire(Role.ADMINISTRATOR), staff.enter(staff.hire(Role.ADMINISTRATOR))
    register(staff, owner)
    visitor = staff.enter(owner)
    for path in ("/account", "/account/keys/new", "/staff/new", f"/staff/{owner.id}/renew"):
        assert f'data-options="{ASK}"' in visitor.open(path).text, path
        assert ASK not in without.open(path).text, path


def test_where_no_keys_are_made_none_is_asked(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter(sqlite_staff.hire())
    assert visitor.get(ASK).status_code == 404
    assert not change_password(visitor, passkey="{}")
    assert sqlite_staff.visitor().get(ASK).headers["location"] == "/signin"
