"""The keys of the key folder on paper: drawn in memory, piped to a printer, typed in again."""

import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import ConflictError, InputError, IntegrityFaultError
from portal.domain.foundation.paper_shares import Share, fits, lines_of, print_number, split
from portal.domain.foundation.program.deployment import check_keys, deployment
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.vault import KEY_FILES, Vault, load_vault, write_key
from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.platform.database import opened
from portal.platform.disposed import refuse_disposed_data
from portal.platform.key_files import has_keys
from portal.platform.schema import file_missing, schema_of
from portal.settings import Settings

BEGUN, PRINTED, TRIED = "keys.papers_begun", "keys.papers_printed", "keys.papers_tried"
"""``BEGUN`` is on record before the first sheet is drawn: from then on one may lie in a printer."""
PRINTER_SECONDS = 120


def keys_on_paper(folder: Path) -> dict[str, bytes]:
    """Return the keys that belong on paper, by name, in the order of the sheets.

    Raises:
        InputError: a key is missing or cannot be read.
    """
    vault = load_vault(folder)
    return {name: getattr(vault, name) for name in KEY_FILES}


def draw(share: Share, title: str, now: datetime, *, spare: bool) -> bytes:
    """Return the sheet of a share as a PDF in Japanese; nothing of it touches a disk."""
    with use_locale("ja"):
        return compile_pdf(
            "key_sheet.typ",
            _written(share, title, now, spare=spare),
            timestamp=int(now.timestamp()),
        )


def _written(share: Share, title: str, now: datetime, *, spare: bool) -> dict[str, object]:
    day = now.astimezone(JST)
    kind = _s("予備（封をしたまま保管）") if spare else _s("正")
    return {
        "title": _s("鍵の紙（2枚のうちの1枚）"),
        "sender": title,
        "day": [day.year, day.month, day.day],
        "facts": [
            (_s("事業"), title),
            (_s("保管する組織"), f"{share.side.label}・{kind}"),
            (_s("紙の番号"), print_number(share.number)),
            (_s("印刷した日"), day.date().isoformat()),
        ],
        "lines": [(line.name, line.text) for line in lines_of(share)],
        "notes": _notes(),
    }


def _notes() -> list[str]:
    return [
        _s(
            "この紙だけでは、何も分かりません。もう1つの組織の、同じ番号の紙と合わせて、鍵になります。"
        ),
        _s("撮らない、写さない、送らない。印刷したら、すぐに封筒に入れて封をし、金庫に入れます。"),
        _s(
            "なくしたときは、残りの紙で鍵を確かめ、すぐに4枚とも作りなおし、前の紙は両方の組織で廃棄します。"
        ),
        _s("事業の終わりのデータの廃棄では、4枚とも、2つの組織の人が立ち会って廃棄します。"),
    ]


def shares_on_paper(settings: Settings) -> tuple[Share, Share]:
    """Return new shares of the keys in the key folder, under a number that no sheets have yet.

    Raises:
        InputError: a key cannot be read.
    """
    return split(keys_on_paper(settings.key_dir))


def print_sheets(
    shares: Sequence[Share], title: str, now: datetime, printer: Sequence[str]
) -> None:
    """Pipe the four sheets to a printer's command, one at a time.

    Raises:
        InputError: the printer refused a sheet; what came out is void.
    """
    for share in shares:
        for spare in (False, True):
            _print(printer, draw(share, title, now, spare=spare))


def _print(printer: Sequence[str], pdf: bytes) -> None:
    try:
        done = subprocess.run(  # noqa: S603  (words without a shell, of whoever prints)
            [*printer], input=pdf, timeout=PRINTER_SECONDS, check=False, capture_output=True
        )
        refused = done.returncode != 0
    except (OSError, subprocess.TimeoutExpired):
        refused = True
    if refused:
        raise InputError(
            _s(
                "印刷できませんでした。もう出た紙は使えません。すべて廃棄し、プリンターを直して、"
                "もう一度実行してください。"
            )
        )


def check_against_folder(settings: Settings, keys: dict[str, bytes]) -> None:
    """Refuse keys from paper that are not those of the key folder.

    Raises:
        IntegrityFaultError: one is another.
    """
    if keys_on_paper(settings.key_dir) != keys:
        raise IntegrityFaultError(
            _s("紙の鍵は、いまの鍵ではありません。鍵を替えた後なら、紙も作りなおしてください。")
        )


def restore_keys(settings: Settings, keys: dict[str, bytes]) -> None:
    """Write keys from paper into an empty key folder, once they fit the database that is there.

    Raises:
        ConflictError: there are keys already.
        IntegrityFaultError: the database belongs to other keys.
    """
    if has_keys(settings):
        raise ConflictError(
            _s("鍵フォルダー %(folder)s には、もう鍵があります。上書きしません。")
            % {"folder": settings.key_dir}
        )
    with opened(settings.database_url) as database:
        refuse_disposed_data(database.engine)
        if not file_missing(database.engine) and schema_of(database.engine).is_usable:
            with database.read() as session:
                if (known := deployment(session)) is not None:
                    check_keys(known, _vault_of(keys))
    settings.key_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, key in keys.items():
        write_key(settings.key_dir / f"{name}.key", key)


def _vault_of(keys: dict[str, bytes]) -> Vault:
    return Vault(kek=keys["kek"], index=keys["index"], pepper=keys["pepper"], token=keys["token"])


def numbers_on_paper(session: Session) -> list[str]:
    """Return the numbers of all sheets that may be anywhere, oldest first.

    Also those of a printing that ended halfway.
    """
    return _numbers(session, BEGUN, PRINTED)


def _numbers(session: Session, *actions: str) -> list[str]:
    rows = session.scalars(
        select(AuditEvent.detail).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.id)
    )
    return list(dict.fromkeys(str(detail["number"]) for detail in rows))


def is_on_paper(session: Session, folder: Path) -> bool:
    """Tell whether the newest printing that came to its end holds the keys of the folder."""
    numbers = _numbers(session, PRINTED)
    return bool(numbers) and fits(numbers[-1], keys_on_paper(folder))
