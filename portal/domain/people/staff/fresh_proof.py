"""The fresh proof that a dangerous action asks of whoever is signed in: a code, or a security key.

Either is given for this one action, counts once, and fails together with the tries of the sign-in.
The record says which it was. The command line asks for a code (``command_proof``).
"""

from dataclasses import dataclass, field

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.party import Party
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.staff import security_keys
from portal.domain.people.staff.code_words import code_error
from portal.domain.people.staff.sign_in import check_code


@dataclass(frozen=True, slots=True)
class Given:
    """What came with the form.

    Attributes:
        code: As typed.
        answer: What a security key answered; empty where none was asked. A typed code goes before.
        act: The address of the action, for the record.
    """

    code: str = field(repr=False)
    answer: str = field(repr=False)
    act: str


def fault_of(work: Work, auth: AuthSession, party: Party | None, given: Given) -> str:
    """Return what is wrong with the proof, in words; empty if it is right.

    ``party`` is the site as keys know it; None where none can be used.

    Raises:
        ThrottledError: too many wrong codes and answers.
        WrongStateError: the session has ended.
    """
    if given.answer and not given.code.strip():
        if party is not None and security_keys.check(work, auth, party, given.answer, given.act):
            return ""
        return _s(
            "このキーでは、確かめられませんでした。もう一度ボタンを押すか、"
            "認証アプリの番号を入力してください。"
        )
    staff_id = auth.owner_id or 0
    answer = check_code(work, staff_id, given.code)
    if answer is not CodeAnswer.RIGHT:
        return code_error(answer)
    record(work, "staff.code_used", "staff_user", staff_id, act=given.act)
    return ""
