"""The program and keys that a database belongs to: one row, written at the first start."""

import hmac
import secrets
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.domain.foundation.errors import InputError, IntegrityFaultError
from portal.domain.foundation.key_ring import opening_keys
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, any_same, same, seal, unseal

CHECK_CONTEXT = b"deployment"
CHECKED_KEYS = ("index", "pepper", "token")
"""The keys that seal nothing here: each has a digest of its own (``index_check`` …)."""


def deployment(session: Session) -> Deployment | None:
    """Return the row; None before the first start."""
    return session.get(Deployment, 1)


def keep_deployment(session: Session, row: Deployment) -> None:
    """Store, at the first start, what this database belongs to."""
    session.add(row)
    session.flush()


def sealed_by(vault: Vault) -> bytes:
    """Return random bytes that only the first key opens again."""
    return seal(vault.kek, secrets.token_bytes(16), CHECK_CONTEXT)


def complete(row: Deployment, program: Program, vault: Vault, given: str = "") -> None:
    """Add what a row of an earlier version does not know of its keys and program yet.

    ``given`` is the program as it was set: a name, or a path, which that version recorded.

    Raises:
        InputError: another program was recorded.
    """
    if row.program_title is None and row.program not in (given, program.name):
        raise _another_program(row.program, program)
    for name in CHECKED_KEYS:
        if getattr(row, f"{name}_check") is None:
            setattr(row, f"{name}_check", _check_values(vault, name)[0])
    if row.program_title is None:
        row.program_title = title_of(program)


def is_complete(row: Deployment) -> bool:
    """Tell whether the row knows all four keys and the program's name."""
    checks = [getattr(row, f"{name}_check") for name in CHECKED_KEYS]
    return row.program_title is not None and all(checks)


def check_keys(row: Deployment, vault: Vault, *, moving: bool = False) -> None:
    """Refuse keys that do not belong to this database.

    ``moving``: the search key may be one that comes or was before (``fitting``).

    Raises:
        IntegrityFaultError: one of the four is another database's; the message names its file.
    """
    unseal(vault.kek, row.key_check, CHECK_CONTEXT)
    for name in CHECKED_KEYS:
        known = getattr(row, f"{name}_check")
        if known is not None and not any_same(known, _check_values(vault, name)):
            raise IntegrityFaultError(
                _s(
                    "鍵 %(name)s.key は、このデータベースのものではありません。"
                    "鍵フォルダー（PORTAL_KEY_DIR）を確かめてください。"
                    "このまま使うと、名前を探せず、だれもサインインできなくなります。"
                )
                % {"name": name}
            )
    if not (moving or is_found_by(row, vault)):
        raise IntegrityFaultError(
            _s(
                "このデータベースの照合値は、いまの index の鍵のものではありません。鍵を替えている"
                "途中か、替える前のバックアップです。サイトと「portal work」を止めたまま、"
                "「portal keys rotate index --copied」を実行してください。"
            )
        )


def is_found_by(row: Deployment, vault: Vault) -> bool:
    """Tell whether the digests of this database are those of the search key in use.

    Of this key only one fits at a time: it seals nothing, so that none could be tried on a row.
    """
    return row.index_check is None or same(row.index_check, _check_value(bytes(vault.index)))


def fitting(row: Deployment, vault: Vault) -> Vault:
    """Return the keys with the search key by which rows of this database are found now.

    It is the one in use if the folder has none that fits.
    """
    known = row.index_check
    if known is None or is_found_by(row, vault):
        return vault
    found = next((key for key in opening_keys(vault.index) if same(known, _check_value(key))), None)
    return replace(vault, index=found) if found is not None else vault


def check_program_belongs(row: Deployment, program: Program) -> None:
    """Refuse a program that is not the one of this database.

    The path may differ, as on another machine; ward and program may not.

    Raises:
        InputError: the database belongs to another program; the message names both.
    """
    if row.program_title is not None and row.program_title != title_of(program):
        raise _another_program(row.program_title, program)


def rename(row: Deployment, program: Program, former: str) -> None:
    """Record that the program of this database has another name from now on.

    Raises:
        InputError: ``former`` is not the recorded name.
    """
    if row.program_title != former:
        raise InputError(
            _s("記録されている名前は「%(known)s」です。--from に、そのとおり書いてください。")
            % {"known": row.program_title or ""}
        )
    row.program, row.program_title = program.name, title_of(program)


def title_of(program: Program) -> str:
    """Return ward and program in Japanese, by which a program is known."""
    return f"{program.names.ward.ja} {program.names.program.ja}"


def _another_program(known: str, program: Program) -> InputError:
    return InputError(
        _s(
            "このデータベースは「%(known)s」のものですが、PORTAL_PROGRAM は"
            "「%(given)s」（%(name)s）です。PORTAL_PROGRAM と PORTAL_DATABASE_URL を"
            "確かめてください。区が名前を直しただけなら「portal program rename」で"
            "記録してください。"
        )
        % {"known": known, "given": title_of(program), "name": program.name}
    )


def follow(row: Deployment, vault: Vault, name: str) -> None:
    """Record that the database belongs to the newest key of a name that seals nothing here."""
    setattr(row, f"{name}_check", _check_values(vault, name)[0])


def follow_index(row: Deployment, key: bytes) -> None:
    """Record by which search key the rows of this database are found from now on."""
    row.index_check = _check_value(key)


def _check_values(vault: Vault, name: str) -> list[bytes]:
    """Return the digests of a key and of those before it, the newest first."""
    return [_check_value(key) for key in opening_keys(getattr(vault, name))]


def _check_value(key: bytes) -> bytes:
    return hmac.digest(key, b"portal key check", "sha256")
