"""What of the jobs needs a person, in sentences for staff."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.jobs import queries
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.queries import JobStatus
from portal.domain.foundation.texts import _s, _sn

BEGUN_LATE = timedelta(hours=1)
"""A begun task should be done within this time."""


class AlarmKind(StrEnum):
    """What is wrong."""

    NO_WORKER = "no_worker"
    LATE = "late"
    FAILING = "failing"
    ASIDE = "aside"
    BEGUN = "begun"


class JobAlarm(Struct, frozen=True):
    """One alarm: its kind, the job if it is about one, and a sentence."""

    kind: AlarmKind
    job: JobName | None
    sentence: str


def alarms(session: Session, now: datetime) -> list[JobAlarm]:
    """Return what needs a person; nothing if all is well."""
    if queries.no_worker(session, now):
        minutes = int(queries.NO_WORKER_AFTER.total_seconds() // 60)
        text = _s(
            "%(minutes)d分以上、ワーカー（portal work）が動いていません。メッセージの送信も、"
            "お知らせも止まっています。"
        )
        return [JobAlarm(AlarmKind.NO_WORKER, None, text % {"minutes": minutes})]
    found = [alarm for one in queries.job_statuses(session, now) for alarm in _of_job(one)]
    return found + _of_begun(session, now)


def _of_job(status: JobStatus) -> Iterator[JobAlarm]:
    job = status.name
    if status.failing:
        text = _s("「%(job)s」が%(n)d回続けて失敗しました（%(reason)s）。") % {
            "job": job.label,
            "n": status.failures,
            "reason": status.reason or "",
        }
        yield JobAlarm(AlarmKind.FAILING, job, text)
    elif status.late:
        text = _s("「%(job)s」が、予定の時刻を過ぎても動いていません。") % {"job": job.label}
        yield JobAlarm(AlarmKind.LATE, job, text)
    if status.aside:
        text = _sn(
            "「%(job)s」が扱えない行が%(n)d件あり、取り置いています。",
            "「%(job)s」が扱えない行が%(n)d件あり、取り置いています。",
            status.aside,
        ) % {"job": job.label, "n": status.aside}
        yield JobAlarm(AlarmKind.ASIDE, job, text)


def _of_begun(session: Session, now: datetime) -> list[JobAlarm]:
    counts = queries.begun_counts(session)
    late = counts.oldest is not None and now - counts.oldest > BEGUN_LATE
    if not late and not counts.failed:
        return []
    text = _s("画面から始めた作業のうち、失敗したものか、1時間以上終わらないものがあります。")
    return [JobAlarm(AlarmKind.BEGUN, JobName.BEGUN, text)]
