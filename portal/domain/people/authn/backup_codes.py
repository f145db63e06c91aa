"""Ten backup codes, shown once, each usable once, for a person who lost their source of codes."""

import secrets

from sqlalchemy import select, update

from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import BackupCode

BACKUP_CODES, BACKUP_LENGTH = 10, 10
BACKUP_ALPHABET = "CDFGHJKLMNPQRTVWXY34679"


def new_backup_codes(work: Work, credential_id: int) -> list[str]:
    """Replace the backup codes with ten new ones and return them; only keyed hashes are stored."""
    for old in work.session.scalars(
        select(BackupCode).where(BackupCode.credential_id == credential_id)
    ):
        work.session.delete(old)
    work.session.flush()
    codes = [
        "".join(secrets.choice(BACKUP_ALPHABET) for _ in range(BACKUP_LENGTH))
        for _ in range(BACKUP_CODES)
    ]
    work.session.add_all(
        BackupCode(
            credential_id=credential_id,
            digest=work.vault.code_digest(f"backup:{credential_id}", c),
            created_at=work.now,
        )
        for c in codes
    )
    return codes


def use_backup_code(work: Work, credential_id: int, code: str) -> bool:
    """Use up a backup code, by one conditional update, so that no code works twice."""
    used = work.session.execute(
        update(BackupCode)
        .where(
            BackupCode.credential_id == credential_id,
            BackupCode.used_at.is_(None),
            BackupCode.digest.in_(work.vault.code_digests(f"backup:{credential_id}", code)),
        )
        .values(used_at=work.now)
        .returning(BackupCode.id)
    )
    return used.scalar_one_or_none() is not None
