"""Is there a fresh backup, was one restored lately, and does a copy outlive its last day?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.program.deployment import deployment
from portal.domain.foundation.texts import _s
from portal.domain.oversight.copies.models import RestoreDrill
from portal.domain.oversight.copies.queries import last_backup_at, last_drill, overdue_copies
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject

LATE, TOO_LATE = timedelta(hours=26), timedelta(hours=50)
"""Ages of the last backup from which a warning and an error are due: one and two nights failed."""
DRILL_DUE = timedelta(days=31)
MOST = 5


def check_backups(subject: Subject) -> Iterator[Finding]:
    """Yield how old the newest backup is; the demo needs none."""
    if not subject.settings.in_production:
        return
    with subject.database.read() as session:
        at, now = last_backup_at(session), subject.clock.now(session)
        begun = deployment(session)
        is_new = begun is not None and now - begun.created_at < LATE
    advice = _s("「portal backup」を実行し、毎晩動くようにしてください。")
    if at is None:
        say = doubtful if is_new else wrong
        yield say("backups", _s("バックアップがありません。"), advice)
        return
    sentence = _s("最後のバックアップは %(at)s です。") % {"at": minute_text(at)}
    if now - at > TOO_LATE:
        yield wrong("backups", sentence, advice)
    elif now - at > LATE:
        yield doubtful("backups", sentence, advice)
    else:
        yield well("backups", sentence)


def check_drills(subject: Subject) -> Iterator[Finding]:
    """Yield when a backup was last restored and compared, and how that ended."""
    with subject.database.read() as session:
        drill, now = last_drill(session), subject.clock.now(session)
        if drill is not None:
            yield from _of_drill(drill, now)
        elif subject.settings.in_production:
            yield doubtful(
                "drills", _s("バックアップを復元する訓練を、まだしていません。"), _drill_advice()
            )


def _of_drill(drill: RestoreDrill, now: datetime) -> Iterator[Finding]:
    at = minute_text(drill.at)
    if not drill.is_same:
        yield wrong(
            "drills",
            _s("%(at)s の復元の訓練: %(outcome)s。") % {"at": at, "outcome": drill.outcome_name},
            _s("バックアップを作り直し、「portal backup drill」で確かめてください。"),
        )
        return
    sentence = _s(
        "%(at)s に空の場所へ復元し、こども%(children)s人と%(yen)s円が同じでした"
        "（戻すまで%(restore)s秒、失う記録は最大%(age)s分）。"
    ) % {
        "at": at,
        "children": f"{drill.children:,}",
        "yen": f"{drill.yen:,}",
        "restore": f"{drill.restore_seconds:,.1f}",
        "age": f"{drill.lost_minutes:,.0f}",
    }
    if now - drill.at > DRILL_DUE:
        yield doubtful("drills", sentence, _drill_advice())
    else:
        yield well("drills", sentence)


def _drill_advice() -> str:
    return _s("月に1度は「portal backup drill」を実行してください。")


def check_copies(subject: Subject) -> Iterator[Finding]:
    """Yield the copies that exist although their last day is over."""
    with subject.database.read() as session:
        late = overdue_copies(session, jst_date(subject.clock.now(session)))
        if not late:
            yield well("copies", _s("期限を過ぎたデータの写しはありません。"))
        for row in late[:MOST]:
            yield wrong(
                "copies",
                _s("写し %(number)s（%(kind)s、%(owner)s）の廃棄の期限 %(day)s を過ぎています。")
                % {
                    "number": row.id,
                    "kind": row.kind_name,
                    "owner": row.owner,
                    "day": row.until.isoformat(),
                },
                _s(
                    "廃棄して、職員の画面「データの写し」か"
                    "「portal copies destroyed」で記録します。"
                ),
            )
        if len(late) > MOST:
            yield wrong(
                "copies",
                _s("期限を過ぎた写しが、ほかに%(n)s件あります。") % {"n": len(late) - MOST},
                _s("職員の画面「データの写し」で確かめてください。"),
            )
