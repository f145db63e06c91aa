"""Staff accounts: add, deactivate, change one's own password."""

import secrets
from dataclasses import dataclass, field

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.authn.backup_codes import BACKUP_ALPHABET
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.passwords import SALT_BYTES, hash_password
from portal.domain.people.authn.totp import new_totp_secret
from portal.domain.people.staff import stored_keys
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import ROLES_OF_ORGANIZATION
from portal.domain.people.staff.sign_in import STAFF_CODE, account_key, fold_login
from portal.domain.people.staff.states import STAFF_ACCOUNT, state_of
from portal.domain.people.staff.vouching import is_last

PASSWORD_GROUPS = 4
LOGIN_MAX = NAME_MAX = 60


class Profile(Struct, frozen=True):
    """Who an account is for: login, name, organization and role, and the language of its pages."""

    login: str
    name: str
    organization: Organization
    role: Role
    locale: str = "ja"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A new account with what its owner needs to sign in.

    The secrets are shown once and never again.
    """

    user: StaffUser
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


def new_staff_password() -> str:
    """Return a random password in four groups of four letters and digits (72 bits)."""
    groups = [
        "".join(secrets.choice(BACKUP_ALPHABET) for _ in range(4)) for _ in range(PASSWORD_GROUPS)
    ]
    return "-".join(groups)


def add_staff(
    work: Work,
    profile: Profile,
    password: str | None = None,
    *,
    second: Actor | None = None,
    enrolled: bool = False,
) -> NewStaff:
    """Add an account; ``password`` is generated unless it is given.

    Who may is asked before, by ``vouching``; ``second`` is the other person of two. ``enrolled``:
    its owner has these secrets as own ones, as in the demo; else the first sign-in replaces them.

    Raises:
        InputError: the login or name cannot be used, or the organization has no such role.
        ConflictError: the login is taken.
    """
    _check(work.session, profile)
    password, totp_secret = password or new_staff_password(), new_totp_secret()
    folded = fold_login(profile.login)
    user = StaffUser(
        login=folded,
        display_name=profile.name.strip(),
        organization=profile.organization.value,
        role=profile.role.value,
        locale=profile.locale,
        password_hash=hash_password(work.vault, password, secrets.token_bytes(SALT_BYTES)),
        totp_sealed=seal_totp(work.vault, folded, totp_secret),
        created_at=work.now,
        enrolled_at=work.now if enrolled else None,
    )
    work.session.add(user)
    work.session.flush()
    _record_added(work, user, second)
    return NewStaff(user, password, totp_secret)


def _record_added(work: Work, user: StaffUser, second: Actor | None) -> None:
    record(
        work,
        "staff.added",
        "staff_user",
        user.id,
        role=user.role,
        organization=user.organization,
        confirmed_by=second.id if second is not None else None,
    )


def _check(session: Session, profile: Profile) -> None:
    folded = fold_login(profile.login)
    _check_names(folded, profile.name.strip())
    _check_role(profile.organization, profile.role)
    if profile.locale not in STAFF_LOCALES:
        raise InputError(_s("言語は ja か en にしてください。"))
    if session.scalar(select(StaffUser.id).where(StaffUser.login == folded)) is not None:
        raise ConflictError(_s("このログイン名は、もう使われています。"))


def seal_totp(vault: Vault, login: str, secret: str) -> bytes:
    """Seal the base32 key of an account's app; ``login`` is in its stored form."""
    return seal(vault.kek, secret.encode(), b"staff_totp:" + login.encode())


def _check_names(login: str, name: str) -> None:
    if not login or len(login) > LOGIN_MAX or any(c.isspace() for c in login):
        raise InputError(_s("ログイン名は、空白のない60文字までの文字にしてください。"))
    if not name or len(name) > NAME_MAX:
        raise InputError(_s("名前は、60文字までで入力してください。"))


def _check_role(organization: Organization, role: Role) -> None:
    if role not in ROLES_OF_ORGANIZATION[organization]:
        names = ", ".join(sorted(ROLES_OF_ORGANIZATION[organization]))
        raise InputError(
            _s("所属 %(organization)s で使える役割は、%(names)s です。")
            % {"organization": organization.value, "names": names}
        )


def find_staff(session: Session, login: str) -> StaffUser:
    """Return an account by its login, locked to the end of the transaction.

    Raises:
        NotFoundError: no account has this login.
    """
    user = session.scalar(
        select(StaffUser)
        .where(StaffUser.login == fold_login(login))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if user is None:
        raise NotFoundError(_s("このログイン名の職員はいません。"))
    return user


def deactivate(
    work: Work, staff_id: int, *, vouched: bool = False, second: Actor | None = None
) -> StaffUser:
    """Deactivate an account at once: its sessions end, what it did stays on record.

    Repeating it changes nothing. ``vouched``: people were asked for whom its organization takes
    (``vouching``), ``second`` is the other person of two.

    Raises:
        NotFoundError: no account has this key.
        NotAllowedError: it is one's own account (somebody must be left who can undo a mistake), or
            the last one that could decide about accounts of its organization, and nobody vouched.
    """
    user = _with_colleagues_locked(work.session, staff_id)
    if user is None:
        raise NotFoundError(_s("この職員は見つかりませんでした。"))
    if work.actor.id is not None and work.actor.id == user.id:
        raise NotAllowedError(
            _s("自分のアカウントは止められません。ほかの管理者に頼んでください。")
        )
    STAFF_ACCOUNT.next(state_of(user), "deactivate")
    if user.active:
        if not vouched and is_last(work.session, user):
            raise NotAllowedError(
                _s(
                    "これを止めると、この所属のアカウントを管理できる人がいなくなります。"
                    "コマンド「portal staff deactivate」で、--by などで人を指定してください。"
                )
            )
        user.active = False
        stored_keys.forget_all(work.session, user.id)
        confirmed_by = second.id if second is not None else None
        record(work, "staff.deactivated", "staff_user", user.id, confirmed_by=confirmed_by)
    sessions.end_all(work.session, sessions.Owner(sessions.STAFF, user.id))
    return user


def _with_colleagues_locked(session: Session, staff_id: int) -> StaffUser | None:
    """Return an account with every account of its organization locked, in the order of keys.

    Else the last two are deactivated at once, each as if the other stayed.
    """
    found = session.get(StaffUser, staff_id)
    if found is None:
        return None
    session.execute(
        select(StaffUser)
        .where(StaffUser.organization == found.organization)
        .order_by(StaffUser.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return found


def set_password(work: Work, auth: AuthSession, hashed: str) -> None:
    """Store the hash of a new own password; every other session of the account ends."""
    user = work.session.get_one(StaffUser, auth.owner_id, with_for_update=True)
    user.password_hash = hashed
    sessions.end_all(work.session, sessions.Owner(sessions.STAFF, user.id), keep=auth.id)
    record(work, "staff.password_changed", "staff_user", user.id)


def unlock(work: Work, user: StaffUser, *, second: Actor | None = None) -> None:
    """Delete the failed tries of an account, after colleagues recognized its owner.

    Who may is asked before, by ``vouching``; ``second`` is the other person of two.
    """
    clear_tries(work, user)
    confirmed_by = second.id if second is not None else None
    record(work, "staff.unlocked", "staff_user", user.id, confirmed_by=confirmed_by)


def clear_tries(work: Work, user: StaffUser) -> None:
    """Forget the failed tries of an account."""
    throttles.clear(work.session, throttles.STAFF_ACCOUNT.of(account_key(work.vault, user.login)))
    throttles.clear(work.session, STAFF_CODE.of(str(user.id)))


def all_staff(session: Session) -> list[StaffUser]:
    """Return all accounts, active ones first."""
    return list(
        session.scalars(select(StaffUser).order_by(StaffUser.active.desc(), StaffUser.login))
    )
