"""The proof that a person is there: a code of their authenticator app.

Called by the command line, before a command with ``--by`` begins, and by the staff site for the
second person who stands beside the first. Whoever can read the keys of the deployment can compute
every code: this keeps out who may only run commands, not the root user.
"""

from dataclasses import dataclass, field

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.services import find_staff
from portal.domain.people.staff.sign_in import actor_of, check_code


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims to be there: the login, the code as typed, and the command that it is for."""

    login: str
    code: str = field(repr=False)
    command: str


def prove(work: Work, claim: Claim) -> tuple[CodeAnswer, int]:
    """Check the code as the staff site does; return the answer and the key of the account.

    Wrong codes are counted together with those of the site, a used one is refused, and both the
    proof and a refusal are on record with the operating system's user.

    Raises:
        NotFoundError: no account has this login.
        NotAllowedError: the account is deactivated, or its secrets are not its owner's own yet.
        ThrottledError: too many wrong codes.
    """
    user = _provable(work, claim.login)
    answer = check_code(work, user.id, claim.code)
    if answer is CodeAnswer.RIGHT:
        owner = work.acting_as(actor_of(user).by_command(work.actor.os_user))
        record(owner, "staff.command_proven", "staff_user", user.id, command=claim.command)
    return answer, user.id


def prove_beside(work: Work, claim: Claim) -> tuple[CodeAnswer, StaffUser]:
    """Check the code of the person who stands beside the one who is signed in.

    ``claim.command`` is what both do. Counted and on record as ``prove``.

    Raises:
        InputError: it is the person who is signed in.
        NotFoundError, NotAllowedError, ThrottledError: as ``prove``.
    """
    user = _provable(work, claim.login)
    if user.id == work.actor.id:
        raise InputError(_s("2人目には、ほかの人のログイン名を入力してください。"))
    answer = check_code(work, user.id, claim.code)
    if answer is CodeAnswer.RIGHT:
        owner = work.acting_as(actor_of(user))
        record(owner, "staff.stood_beside", "staff_user", user.id, act=claim.command)
    return answer, user


def _provable(work: Work, login: str) -> StaffUser:
    user = find_staff(work.session, login)
    if not user.active:
        raise NotAllowedError(
            _s("職員 %(login)s は、これを決められません。") % {"login": user.login}
        )
    if user.enrolled_at is None:
        raise NotAllowedError(
            _s(
                "職員 %(login)s は、はじめてのサインインを終えていません。職員のサイトで"
                "自分のパスワードとキーを登録してから、もう一度実行してください。"
            )
            % {"login": user.login}
        )
    return user
