"""Writing the whole export.

It is written beside its final place, listed in a manifest, and moved there only when complete.
"""

import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import JST, minute_text
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import send_out
from portal.domain.foundation.transfers.sheets import Departure
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.services import (
    OWNER_MAX,
    NewCopy,
    last_day,
    place_here,
    register,
)
from portal.domain.oversight.copies.services import SUBJECT as COPY
from portal.domain.oversight.export.answers import write_answers
from portal.domain.oversight.export.ledgers.all_ledgers import ALL_LEDGERS
from portal.domain.oversight.export.papers import (
    write_management,
    write_reports,
    write_scripts,
    write_texts,
)
from portal.domain.oversight.export.scope import protected
from portal.domain.oversight.export.writing import Folder, Output
from portal.domain.people.entitlements.models import Entitlement

NUMBER_MAX = 40
KEPT = timedelta(days=31)
"""How long an export may exist, unless the contract ends before."""
MANIFEST, SUMS, README = "manifest.json", "SHA256SUMS", "README.txt"


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: its folder, its number of files, its manifest's SHA-256.

    ``left_out`` is the number of protected households that are not part of it.
    """

    folder: Path
    files: int
    manifest_sha256: str
    left_out: int


class Extent(Struct, frozen=True):
    """Whether protected households are part of an export.

    Attributes:
        instruction: The number of the ward's order to include them; "" if there is none.
        left_out: The number of protected households that are not included.
    """

    instruction: str
    left_out: int

    @property
    def with_protected(self) -> bool:
        """Whether the ward ordered to include protected households."""
        return bool(self.instruction)


def export_all(source: WorkSource, out: Path, instruction: str = "") -> Exported:
    """Write everything that the ward owns into a new folder.

    Protected households are left out, with all their rows and events, unless the ward's
    ``instruction`` (its number) says otherwise. Nothing exists at ``out`` before everything is
    written and logged.

    Raises:
        NotAllowedError: the actor does not belong to the ward.
        ConflictError: ``out`` exists already.
        InputError: the instruction's number is too long.
        OSError: a file cannot be written; nothing remains.
    """
    number = instruction_of(source.actor, instruction)
    out = _free_place(out.absolute())
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}.part-", dir=out.parent))
    try:
        folder = Folder(part)
        digest, extent = fill(source, folder, number)
        with source.writing() as work:
            hand_over(work, Handed(out.name, place_here(out), len(folder.files), digest, extent))
            work.session.flush()
            part.rename(out)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Exported(out, len(folder.files), digest, extent.left_out)


class Handed(Struct, frozen=True):
    """What is handed over: its name, where it lies, its files and the SHA-256 of its manifest."""

    name: str
    place: str
    files: int
    manifest_sha256: str
    extent: Extent


def hand_over(work: Work, made: Handed) -> None:
    """Record an export, number it as the ward's copy, and open the sheet for its receipt."""
    record(
        work,
        "export.made",
        "export",
        files=made.files,
        manifest=made.manifest_sha256,
        instruction=made.extent.instruction,
        left_out=made.extent.left_out,
    )
    copy = register(
        work,
        NewCopy(
            kind=CopyKind.EXPORT,
            place=made.place,
            owner=work.program.names.ward.ja[:OWNER_MAX],
            purpose=_s("区への引き渡し"),
            until=last_day(work, KEPT),
            sha256=made.manifest_sha256,
        ),
    )
    sums = select(func.count(), func.coalesce(func.sum(Entitlement.amount_yen), 0))
    if not made.extent.with_protected:
        sums = sums.where(Entitlement.household_id.not_in(protected()))
    children, yen = work.session.execute(sums).one()
    figures = Figures(made.files, int(children), int(yen), copy.sha256)
    ward = work.program.names.ward.ja
    send_out(work, Departure(TransferKind.EXPORT, made.name, ward, figures, COPY, copy.id))


def instruction_of(actor: Actor, typed: str) -> str:
    """Return the number of the ward's instruction, or an empty text.

    Raises:
        NotAllowedError: the actor does not belong to the ward.
        InputError: the number is too long (code ``instruction``).
    """
    if actor.id is None or actor.organization is not Organization.WARD:
        raise NotAllowedError(_s("すべてのデータを書き出せるのは、区の職員だけです。"))
    number = typed.strip()
    if len(number) > NUMBER_MAX:
        raise InputError(
            _s("区の指示書の番号を、40文字までで入力してください。"), code="instruction"
        )
    return number


def _free_place(out: Path) -> Path:
    """Return the new folder's path after making its parent; refuse one that exists."""
    if out.exists() or out.is_symlink():
        raise ConflictError(
            _s(
                "%(path)s は、もうあります。上書きしません。"
                "新しいフォルダーの名前を指定してください。"
            )
            % {"path": out}
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    return out


def fill(source: WorkSource, folder: Output, instruction: str) -> tuple[str, Extent]:
    """Write all files; return the manifest's SHA-256 and the extent of the export."""
    with source.read() as session, use_locale(SOURCE_LOCALE):
        _one_snapshot(session)  # before anything is read, the clock included
        work = source.work(session)
        extent = Extent(instruction, 0 if instruction else _count_protected(session))
        _write(work, folder, with_protected=extent.with_protected)
        return _finish(work, folder, extent), extent


def _count_protected(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(protected().subquery())) or 0


def _one_snapshot(session: Session) -> None:
    """Read all ledgers from one snapshot, so that sums agree (SQLite does so by itself)."""
    if session.get_bind().dialect.name == "postgresql":
        session.rollback()  # a transaction that has asked for its instant keeps its isolation
        session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )


def _write(work: Work, folder: Output, *, with_protected: bool) -> None:
    for ledger in ALL_LEDGERS:
        rows = ledger.rows(work.session, with_protected=with_protected)
        folder.put_rows(f"ledgers/{ledger.name}", ledger.columns, rows)
    write_answers(work, folder, with_protected=with_protected)
    write_texts(work, folder)
    write_scripts(folder, work.session)
    write_management(work, folder)
    write_reports(work, folder, with_protected=with_protected)


def _finish(work: Work, folder: Output, extent: Extent) -> str:
    """Write the explanation, the manifest and the checksums; return the manifest's SHA-256."""
    program, now = work.program, work.now
    folder.put(README, _readme(program, now).encode())
    files = sorted(folder.files, key=lambda one: one.path)
    folder.put_json(
        MANIFEST,
        {
            "program": program.names.program.ja,
            "ward": program.names.ward.ja,
            "made_at": now.astimezone(JST).isoformat(),
            "protected_households": "included" if extent.with_protected else "left_out",
            "instruction": extent.instruction or None,
            "households_left_out": extent.left_out,
            "files": [asdict(one) for one in files],
        },
    )
    digest = folder.digest_of(MANIFEST)
    lines = [
        f"{one.sha256}  {one.path}\n" for one in sorted(folder.files, key=lambda one: one.path)
    ]
    folder.put(SUMS, "".join(lines).encode())
    return digest


def _readme(program: Program, now: datetime) -> str:
    lines = (
        _s("%(program)s　引き渡しデータ") % {"program": program.names.program.ja},
        _s("作成: %(at)s") % {"at": minute_text(now)},
        "",
        _s("texts: 案内の文と用紙（いまのもの）、コールセンターのスクリプト（すべての版）"),
        _s("documents: 区に出した文書のすべての版"),
        _s("management: 計画書、進捗報告、議事録、協議事項、チェックリストへの回答、データ受領書"),
        _s(
            "reports: 提出した報告書のすべての版、事故の報告書、"
            "使えなかったクーポンの報告書、清算書"
        ),
        _s("ledgers: 台帳。CSV（UTF-8、BOMつき）と JSON は同じ内容です"),
        "",
        _s(
            "氏名、住所、電話番号、クーポンのコード、IDとパスワードは入っていません。"
            "世帯とこどもは、番号だけで示します。"
        ),
        _s(
            "CSV では、=、+、-、@ で始まる文字の前に ' "
            "を付けています（表計算ソフトで式として動かないようにするため）。"
        ),
        _s(
            "時刻は世界協定時（UTC）です。中身は SHA256SUMS で確かめられます: sha256sum "
            "-c SHA256SUMS"
        ),
    )
    return "\n".join(lines) + "\n"
