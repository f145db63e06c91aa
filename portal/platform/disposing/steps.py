"""The steps of a disposal: each may be killed, and the next run goes on where it stopped.

The keys go first, so that nothing is half readable: as long as they are there everything is as it
was, but for the sites, which have closed; without them nothing can be read.
"""

import shutil
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.heads import (
    Kept,
    append_heads,
    load_signer,
    public_keys,
    read_heads,
)
from portal.domain.foundation.audit.sealing import Sealer
from portal.domain.foundation.audit.verifying import verify
from portal.domain.foundation.clock import Clock
from portal.domain.foundation.errors import InputError, IntegrityFaultError, WrongStateError
from portal.domain.foundation.key_ring import opening_keys
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.oversight.disposal.models import Disposal
from portal.domain.oversight.disposal.recording import Holdings
from portal.domain.oversight.disposal.services import (
    complete,
    note_keys_gone,
    note_rows_gone,
    the_disposal,
)
from portal.domain.oversight.disposal.states import BEGUN, COMPLETE, KEYS_GONE, ROWS_GONE
from portal.domain.oversight.keys.needs import need_earlier
from portal.domain.oversight.keys.sealing_anew import places
from portal.domain.tables import metadata
from portal.platform.backups.data_files import entries
from portal.platform.database import Database
from portal.platform.disposing.keys import (
    FIRST,
    NO_KEYS,
    destroy,
    destroy_keys,
    destroy_signing_key,
    digests_of,
    files_of_keys,
)
from portal.platform.disposing.rows import forget_pages, remove_rows, row_counts
from portal.platform.key_papers import numbers_on_paper
from portal.settings import Settings

SITES_END = 6.0
"""Seconds after which every site and worker has seen that a disposal began, and ended."""


def _no_step(_name: str) -> None:
    """Do nothing between two steps."""


@dataclass(frozen=True)
class Place:
    """One machine on which a disposal is carried out.

    Attributes:
        settings: Its settings.
        database: The database.
        program: The program, which names the ward on the certificate.
        clock: Gives the instant of each step.
        actor: Who runs the command.
        patience: Seconds to wait until all sites have ended.
        step: Is told each step before it is done; a test ends the run there.
    """

    settings: Settings
    database: Database
    program: Program
    clock: Clock
    actor: Actor
    patience: float
    step: Callable[[str], None] = field(default=_no_step)

    def work(self, session: Session) -> Work:
        """Return the work of a transaction, without keys."""
        return Work(session, NO_KEYS, self.program, self.actor, self.clock.now(session))

    def source(self) -> WorkSource:
        """Return a source of transactions, without keys."""
        return WorkSource(
            self.database.read, self.database.write, NO_KEYS, self.clock, self.actor, self.program
        )

    def disposal(self) -> Disposal:
        """Return the disposal that was begun.

        Raises:
            RuntimeError: none was.
        """
        with self.database.read() as session:
            row = the_disposal(session)
            if row is None:
                raise RuntimeError("no disposal was begun")
            session.expunge(row)
        return row


def holdings_of(settings: Settings, session: Session) -> Holdings:
    """Return what this machine and the database hold."""
    signer = load_signer(settings.key_dir)
    return Holdings(
        keys=digests_of(settings.key_dir),
        rows=row_counts(session),
        files=len(_all_files(settings)),
        papers=tuple(numbers_on_paper(session)),
        heads_key=signer.public_key.hex() if signer else "",
    )


def require_newest_key(work: Work) -> None:
    """Refuse to begin while rows need an earlier master key: half of them could be read in between.

    Raises:
        WrongStateError: some do.
    """
    if len(opening_keys(work.vault.kek)) == 1:
        return
    if left := need_earlier(work, FIRST, places(metadata.tables)):
        raise WrongStateError(
            _s(
                "前の鍵で封じた行が、まだ %(rows)d あります。先に「portal keys rotate kek」を"
                "終わらせてください。何も変わっていません。"
            )
            % {"rows": sum(left.values())}
        )


def require_whole_chain(
    session: Session, settings: Settings, now: datetime, public: Sequence[str] = ()
) -> None:
    """Refuse to begin where the audit chain does not verify: nobody could look into it later.

    It is compared with the heads that the ward keeps, without which a chain that was cut off or
    computed anew looks whole.

    Args:
        session: The transaction in which the disposal begins.
        settings: Where the keys are, and the ward's heads.
        now: The instant (UTC).
        public: The public keys that the ward keeps, in hex; without any, ``audit.key`` must have
            signed.

    Raises:
        IntegrityFaultError: it does not verify.
        WrongStateError: in production, there are no heads outside.
        InputError: a public key is none, or the ward's file cannot be read.
    """
    signer = load_signer(settings.key_dir)
    keys = public_keys(public or ([signer.public_key.hex()] if signer else []))
    outside = _outside_heads(settings)
    if not verify(session, now, keys, outside).is_whole:
        raise IntegrityFaultError(
            _s(
                "操作の記録の鎖が合わないため、廃棄できません。"
                "「portal audit verify」で確かめ、区に知らせてください。"
            )
        )


def _outside_heads(settings: Settings) -> Kept | None:
    try:
        kept = read_heads(settings.audit_heads) if settings.audit_heads is not None else None
    except OSError as error:
        raise InputError(
            _s("区が保管する控え（%(path)s）を読めません: %(reason)s。何も変わっていません。")
            % {"path": settings.audit_heads, "reason": error.strerror}
        ) from None
    if settings.in_production and not (kept and kept.heads):
        raise WrongStateError(
            _s(
                "区が保管する控えがないため、操作の記録が切り取られていないことを確かめられません。"
                "PORTAL_AUDIT_HEADS に、区のフォルダーを指定してください。何も変わっていません。"
            )
        )
    return kept


def carry_on(place: Place) -> Disposal:
    """Do what is left of the disposal that was begun; run again, it does nothing more.

    Raises:
        OSError: a key file, or a file of the data folder, cannot be removed.
        InputError: this machine lacks the key that signs the last head.
    """
    if files_of_keys(place.settings.key_dir) or place.disposal().state == BEGUN:
        _keys(place)
    if place.disposal().state == KEYS_GONE:
        _rows(place)
    if place.disposal().state == ROWS_GONE:
        _end(place)
    if place.disposal().state == COMPLETE:
        _files(place)
        place.step("signing key")
        destroy_signing_key(place.settings.key_dir)
    return place.disposal()


def _keys(place: Place) -> None:
    if place.disposal().state == BEGUN:
        place.step("sites end")
        time.sleep(place.patience)
    gone = destroy_keys(place.settings.key_dir, place.step)
    place.step("note keys")
    with place.database.write() as session:
        row = the_disposal(session)
        if row is not None and row.state != COMPLETE:  # the chain ended with the disposal
            note_keys_gone(place.work(session), row, gone, socket.gethostname())


def _rows(place: Place) -> None:
    place.step("remove rows")
    with place.database.write() as session:
        counts = remove_rows(session)
        row = the_disposal(session)
        if row is None:
            raise RuntimeError("no disposal was begun")
        note_rows_gone(place.work(session), row, counts)
        session.flush()
        place.step("keep that rows are gone")


def _end(place: Place) -> None:
    place.step("forget pages")
    forget_pages(place.database.engine)
    _files(place)
    place.step("seal")
    sealer = Sealer(place.source(), load_signer(place.settings.key_dir))
    while sealer.step():
        pass
    place.step("sign")
    line = _sign(place, sealer)
    place.step("complete")
    with place.database.write() as session:
        complete(session, place.clock.now(session), line)


def _sign(place: Place, sealer: Sealer) -> str:
    """Sign the end of the chain, and bring it to the ward's folder; return its line."""
    head = sealer.sign(at_once=True)
    if head is None:
        return ""
    if place.settings.audit_heads is not None:
        append_heads(place.settings.audit_heads, [head])
    return head.as_line()


def _files(place: Place) -> None:
    """Take away what stands in the data folder, letters first of all."""
    place.step("files")
    for path in _all_files(place.settings):
        destroy(path)
    for path in entries(place.settings, place.settings.backup_dir):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _all_files(settings: Settings) -> list[Path]:
    return [
        path
        for entry in entries(settings, settings.backup_dir)
        for path in ([entry] if entry.is_file() else sorted(entry.rglob("*")))
        if path.is_file() and not path.is_symlink()
    ]
