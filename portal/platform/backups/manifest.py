"""What a backup says about itself: versions, keys (only whether they fit), sums of the data."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal import __version__
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError, IntegrityFaultError
from portal.domain.foundation.key_ring import opening_keys, sealing_key
from portal.domain.foundation.program.deployment import CHECK_CONTEXT
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import KEY_FILES, Vault, unseal
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.households.models import Household
from portal.platform.schema import REVISION_TABLE, columns_of

FORMAT = 2
READABLE = (1, FORMAT)
"""Form 1 had the files of the data folder as they are; now they are sealed like the rows."""
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
DATABASE, FILES = "database/", "files/"
_PURPOSE = b"portal backup: which key"


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a database, which must be the same after a restore.

    Attributes:
        households: The number of households.
        states: Children and yen of the entitlements per state.
        rows: The number of rows of each table.
        audit_position: The key of the newest audit event; 0 before the first.
    """

    households: int
    states: Mapping[str, tuple[int, int]]
    rows: Mapping[str, int]
    audit_position: int

    @property
    def children(self) -> int:
        """Children in all states."""
        return sum(children for children, _yen in self.states.values())

    @property
    def yen(self) -> int:
        """Yen in all states."""
        return sum(yen for _children, yen in self.states.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first part of a backup.

    Attributes:
        format: The number of the file's form.
        version: The version of the program that made it.
        engine: ``sqlite`` or ``postgresql``.
        schema: The newest migration of the database.
        program: Ward and program, in Japanese.
        taken_at: The instant (UTC) whose data it holds.
        keys: For each key file a digest that only the same key gives.
        figures: The sums of the data.
        files_key: The key of the files, sealed with the master key (hex); "" where they are plain.
    """

    format: int
    version: str
    engine: str
    schema: str
    program: str
    taken_at: datetime
    keys: Mapping[str, str]
    figures: Figures
    files_key: str = ""

    def as_json(self) -> bytes:
        """Return the manifest as it stands in the file."""
        values = asdict(self) | {"taken_at": self.taken_at.isoformat()}
        return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True).encode()


def read_manifest(content: bytes) -> Manifest:
    """Return the manifest of a backup.

    Raises:
        InputError: it is none, or one of a later program.
    """
    try:
        values: dict[str, Any] = json.loads(content)
        if values["format"] not in READABLE:
            raise InputError(
                _s(
                    "このバックアップは、新しい版のプログラムで作られたものです。"
                    "新しい版のプログラムで実行してください。"
                )
            )
        found = values["figures"]
        states = {name: (int(both[0]), int(both[1])) for name, both in found["states"].items()}
        figures = Figures(**(found | {"states": states}))
        known = {field.name for field in fields(Manifest)}
        taken_at = datetime.fromisoformat(values["taken_at"])
        kept = {name: value for name, value in values.items() if name in known}
        return Manifest(**(kept | {"taken_at": taken_at, "figures": figures}))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise not_a_backup() from None


def not_a_backup() -> InputError:
    """Return the error about a file that is none of our backups."""
    return InputError(
        _s(
            "このファイルは、このプログラムのバックアップではないか、壊れています。"
            "別のバックアップを使ってください。何も変わっていません。"
        ),
        code="not_a_backup",
    )


def figures_of(session: Session) -> Figures:
    """Return the sums of a database, also of one with an earlier version's tables."""
    tables = sorted({table for table, _column in columns_of(session.connection())})
    rows = {
        name: int(session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0)  # noqa: S608  (a table's own name)
        for name in tables
        if name != REVISION_TABLE
    }
    return Figures(
        households=session.scalar(select(func.count(Household.id))) or 0,
        states={
            state: (one.children, one.yen)
            for state, one in totals(session).by_state.items()
            if one.children
        },
        rows=rows,
        audit_position=session.scalar(select(func.max(AuditEvent.id))) or 0,
    )


def manifest_of(session: Session, vault: Vault, title: str) -> Manifest:
    """Describe the database that a session reads; ``title`` names its ward and program."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        taken_at = session.scalar(text("SELECT now()"))
    else:
        taken_at = datetime.now(UTC)
    return Manifest(
        format=FORMAT,
        version=__version__,
        engine=connection.dialect.name,
        schema=str(session.scalar(text(f"SELECT version_num FROM {REVISION_TABLE}"))),  # noqa: S608  (a name of our own)
        program=title,
        taken_at=taken_at.astimezone(UTC),
        keys=key_digests(vault),
        figures=figures_of(session),
    )


def key_digests(vault: Vault) -> dict[str, str]:
    """Return the digest of each key that seals."""
    return {name: key_digest(sealing_key(getattr(vault, name))) for name in KEY_FILES}


def key_digest(key: bytes) -> str:
    """Return what says whether a key is the same, and nothing else about it."""
    return hmac.digest(key, _PURPOSE, hashlib.sha256).hex()[:32]


def check_keys(manifest: Manifest, vault: Vault) -> None:
    """Refuse keys that are not those of a backup.

    Raises:
        IntegrityFaultError: the message names the key files that differ.
    """
    wrong = [
        f"{name}.key"
        for name in KEY_FILES
        if manifest.keys.get(name, "")
        not in {key_digest(key) for key in opening_keys(getattr(vault, name))}
    ]
    if wrong:
        raise IntegrityFaultError(
            _s(
                "鍵がこのバックアップのものではありません: %(names)s。鍵フォルダー"
                "（PORTAL_KEY_DIR）に、そのときの鍵を戻してください。何も変わっていません。"
            )
            % {"names": ", ".join(wrong)}
        )


def vault_of(manifest: Manifest, vault: Vault) -> Vault:
    """Return the keys with the search key of a backup, which may be one of before."""
    found = [key for key in opening_keys(vault.index) if key_digest(key) == manifest.keys["index"]]
    return replace(vault, index=found[0]) if found else vault


def check_deployment(session: Session, vault: Vault) -> None:
    """Refuse a database that was written with other keys, also one with earlier tables.

    Raises:
        IntegrityFaultError: the keys belong to another database.
        InputError: the database was never begun.
    """
    sealed = session.scalar(select(Deployment.key_check))
    if sealed is None:
        raise InputError(
            _s("データベースの用意ができていません。「portal init」を実行してください。")
        )
    unseal(vault.kek, sealed, CHECK_CONTEXT)


def differences(wanted: Figures, found: Figures) -> list[str]:
    """Say in sentences what differs between the figures of a backup and those of its restore."""
    said = []
    if (wanted.children, wanted.yen) != (found.children, found.yen):
        said.append(
            _s(
                "こどもと金額がちがいます: バックアップは%(wanted)s人・%(wanted_yen)s円、"
                "復元したものは%(found)s人・%(found_yen)s円。"
            )
            % {
                "wanted": f"{wanted.children:,}",
                "wanted_yen": f"{wanted.yen:,}",
                "found": f"{found.children:,}",
                "found_yen": f"{found.yen:,}",
            }
        )
    elif wanted.states != found.states:
        said.append(_s("こどもと金額の、状態ごとの内訳がちがいます。"))
    if wanted.audit_position != found.audit_position:
        said.append(_s("操作の記録の最後の番号がちがいます。"))
    said += [
        _s("表 %(table)s の行の数がちがいます。") % {"table": name}
        for name, count in sorted(wanted.rows.items())
        if found.rows.get(name) != count
    ]
    return said
