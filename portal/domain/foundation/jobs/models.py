"""Tables of jobs, workers, rows set aside, and begun tasks."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.foundation.jobs.names import LANES, BegunKind, JobName
from portal.domain.foundation.jobs.states import BEGUN, OPEN, BegunState
from portal.domain.foundation.texts import label_of


class JobRecord(Base):
    """How a job went last, when it runs next, and which worker has it until when (its lease).

    ``failures`` counts failed turns since the last success; ``last_reason`` is the name of an
    exception, never a value.
    """

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime]
    every_seconds: Mapped[int]
    holder: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    handled: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    last_reason: Mapped[str | None] = mapped_column(String(80))


class JobWorker(Base):
    """A worker process that runs, or ran until ``seen_at``."""

    __tablename__ = "job_worker"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class JobAside(Base):
    """A row that a job could not handle and leaves out, until somebody lets it try again."""

    __tablename__ = "job_aside"
    __table_args__ = (UniqueConstraint("job", "subject", "subject_id"),)

    id: Mapped[int] = primary_key()
    job: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]

    @property
    def job_name(self) -> str:
        """The label of its job, for staff."""
        return label_of(JobName, self.job)

    @property
    def is_tried_again(self) -> bool:
        """Tell whether its job tries it again; a message that a lane set aside is given up."""
        return self.job not in LANES


class BegunTask(Base):
    """A task that somebody began from the staff site.

    ``detail`` is what was chosen when it began, ``done`` of ``planned`` how far it is, ``result``
    counts of what it did, ``said`` why it was refused. ``input_id`` is the sealed file that it
    reads, ``output_id`` the one that it made. Nothing of a family stands here.
    """

    __tablename__ = "begun_task"

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(40), index=True)
    subject_id: Mapped[int] = mapped_column(BigId, index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = state_column(BEGUN.initial)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"), index=True)
    asked_role: Mapped[str] = mapped_column(String(20))
    asked_organization: Mapped[str | None] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    holder: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(80))
    said: Mapped[str | None] = mapped_column(String(1000))
    done: Mapped[int | None]
    planned: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    input_id: Mapped[int | None] = mapped_column(ForeignKey("sealed_file.id"))
    output_id: Mapped[int | None] = mapped_column(ForeignKey("sealed_file.id"))
    cancel_asked_at: Mapped[datetime | None]

    @property
    def kind_name(self) -> str:
        """The label of its kind, for staff."""
        return label_of(BegunKind, self.kind)

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(BegunState, self.state)

    @property
    def is_open(self) -> bool:
        """Tell whether it waits or runs."""
        return self.state in OPEN

    @property
    def is_waiting(self) -> bool:
        """Tell whether no worker has taken it yet."""
        return self.state == BegunState.WAITING

    @property
    def is_done(self) -> bool:
        """Tell whether it did what it was begun for."""
        return self.state == BegunState.DONE

    @property
    def is_canceled(self) -> bool:
        """Tell whether somebody canceled it."""
        return self.state == BegunState.CANCELED

    @property
    def is_refused(self) -> bool:
        """Tell whether a rule refused it."""
        return self.state == BegunState.REFUSED

    @property
    def is_failed(self) -> bool:
        """Tell whether it ended with a fault."""
        return self.state == BegunState.FAILED
