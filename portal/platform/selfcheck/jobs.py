"""Does a worker run, and do its jobs keep up?"""

from collections.abc import Iterator

from portal.domain.foundation.jobs.alarms import AlarmKind, alarms
from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject


def check_jobs(subject: Subject) -> Iterator[Finding]:
    """Yield what of the jobs needs a person; without any worker that is an error."""
    with subject.database.read() as session:
        found = alarms(session, subject.clock.now(session))
    for alarm in found:
        job = alarm.job.value if alarm.job is not None else "all"
        make = wrong if alarm.kind is AlarmKind.NO_WORKER else doubtful
        yield make(f"jobs.{alarm.kind.value}.{job}", alarm.sentence, _advice(alarm.kind))
    if not found:
        yield well("jobs", _s("仕事（送信、お知らせ、照合など）に、遅れや失敗はありません。"))


def _advice(kind: AlarmKind) -> str:
    if kind is AlarmKind.NO_WORKER:
        return _s("「portal work」を動かしてください。SQLiteでは、住民のサイトを動かしてください。")
    if kind is AlarmKind.ASIDE:
        return _s("原因を直してから、この画面か「portal jobs retry」で、もう一度試してください。")
    return _s("ワーカーの記録（ログ）で、原因を確かめてください。")
