"""Are audit events sealed, may nobody change them, and do signed heads reach the outside?"""

from collections.abc import Callable, Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.heads import END_OF_FILE, Head, load_signer, read_heads
from portal.domain.foundation.audit.outside import LATE
from portal.domain.foundation.audit.queries import ChainStatus, chain_status, hash_at
from portal.domain.foundation.texts import _s
from portal.platform.append_only import LEDGERS, missing_triggers
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject


def check_audit(subject: Subject) -> Iterator[Finding]:
    """Yield what keeps the audit from proving itself."""
    with subject.database.read() as session:
        status = chain_status(session, subject.clock.now(session))
        found = [
            *_sealed(status),
            *_open_ledgers(subject, session),
            *_outside(subject, session, status),
        ]
    yield from found
    if not found:
        yield well("audit", _s("操作の記録の封印と控えに、おかしなところはありません。"))


def _sealed(status: ChainStatus) -> Iterator[Finding]:
    if status.is_late:
        yield wrong(
            "audit_unsealed",
            _s("操作の記録が、%(seconds)d秒以上、封印されずに待っています。")
            % {"seconds": status.waiting_for.total_seconds()},
            _s("「portal work」が動いているか確かめてください。SQLiteでは、住民のサイトです。"),
        )


def _open_ledgers(subject: Subject, session: Session) -> Iterator[Finding]:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        if missing_triggers(connection):
            yield wrong(
                "audit_ledgers",
                _s("台帳を書き換えから守るトリガーが、データベースにありません。"),
                _s("だれが消したか調べ、「portal db upgrade」で作りなおしてください。"),
            )
        return
    may = " OR ".join(
        f"has_table_privilege('{table}', 'UPDATE, DELETE, TRUNCATE')" for table in LEDGERS
    )
    if session.scalar(text(f"SELECT {may}")):
        yield _missing(subject)(
            "audit_ledgers",
            _s("サイトのデータベースの利用者が、記録の台帳を書き換えられます。"),
            _s("「portal db roles」で用意した利用者を、PORTAL_DATABASE_URL に書いてください。"),
        )


def _missing(subject: Subject) -> Callable[[str, str, str], Finding]:
    """Return how bad it is that a part is missing: in production the papers count on it."""
    return wrong if subject.settings.in_production else doubtful


def _outside(subject: Subject, session: Session, status: ChainStatus) -> Iterator[Finding]:
    if load_signer(subject.settings.key_dir) is None:
        yield doubtful(
            "audit_key",
            _s("控えに署名する鍵 audit.key が、この機械にありません。"),
            _s(
                "ほかの機械の鍵フォルダーから写してください。どこにもないときは、"
                "区の担当と「portal audit new-key」で作ります。"
            ),
        )
    folder = subject.settings.audit_heads
    if folder is None:
        if subject.settings.in_production:
            yield wrong(
                "audit_outside",
                _s("操作の記録の控えを、外に置いていません。鎖ごとの作り直しを見つけられません。"),
                _s("PORTAL_AUDIT_HEADS に、区が保管するフォルダーを書いてください。"),
            )
        return
    try:
        kept = read_heads(folder, END_OF_FILE).heads
    except OSError:
        kept = ()
    yield from _compared(session, status, kept)


def _compared(session: Session, status: ChainStatus, kept: tuple[Head, ...]) -> Iterator[Finding]:
    """Compare the end of the outside file with the database."""
    newest = kept[-1] if kept else None
    if newest is not None and hash_at(session, newest.link.seq) != newest.link.hash:
        yield wrong(
            "audit_changed",
            _s("操作の記録が、外の控えと合いません（%(seq)d番）。") % {"seq": newest.link.seq},
            _s("「portal audit verify」で確かめ、すぐに区に知らせてください。"),
        )
    last = status.last_head
    if last is not None and (newest is None or last.at - newest.at > LATE):
        yield doubtful(
            "audit_outside_late",
            _s("操作の記録の新しい控えが、外のフォルダーに届いていません。"),
            _s("PORTAL_AUDIT_HEADS のフォルダーに、ワーカーが書けるか確かめてください。"),
        )
