"""Tables of coupon faults, incidents with subjects and reports, site notices, and downtime."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.mailroom.incidents.kinds import IssuerStatus, SubjectKind
from portal.domain.mailroom.incidents.states import (
    DowntimeState,
    FaultState,
    IncidentState,
    NoticeState,
    ReportState,
)

OPEN_FAULT = "state IN ('reported','looked_up','stopping','no_code')"


class CouponFault(Base):
    """One coupon that a shop refused. ``sealed`` (shop, own words) is under a key of its own.

    ``issuer_status`` and ``used_yen`` are what the issuer answered to an officer, as of
    ``issuer_as_of`` (JST). ``coupon_id`` is the code that was refused, ``new_coupon_id`` the one
    that replaced it. A child has one open case at a time.
    """

    __tablename__ = "coupon_fault"
    __table_args__ = (
        Index(
            "uq_coupon_fault_open",
            "entitlement_id",
            unique=True,
            sqlite_where=text(OPEN_FAULT),
            postgresql_where=text(OPEN_FAULT),
        ),
        Index("ix_coupon_fault_state_reported", "state", "reported_at"),
    )

    id: Mapped[int] = primary_key()
    receipt_no: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = state_column("reported")
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"), index=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupon.id"), index=True)
    new_coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupon.id"))
    source: Mapped[str] = mapped_column(String(10))
    said: Mapped[str] = mapped_column(String(20))
    shop_on: Mapped[date | None]
    reported_at: Mapped[datetime] = mapped_column(index=True)
    reported_by: Mapped[int | None] = mapped_column(BigId)
    issuer_status: Mapped[str | None] = mapped_column(String(12))
    used_yen: Mapped[int | None]
    issuer_as_of: Mapped[date | None]
    looked_up_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    looked_up_at: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(BigId)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    @property
    def is_reported(self) -> bool:
        """Whether the issuer has not been asked about the code, or must be asked again."""
        return self.state == FaultState.REPORTED

    @property
    def is_stopping(self) -> bool:
        """Whether the case waits for the issuer's confirmation that the old code is stopped."""
        return self.state == FaultState.STOPPING

    @property
    def lacks_new_code(self) -> bool:
        """Whether the old code is void and no new one could be assigned yet."""
        return self.state == FaultState.NO_CODE

    @property
    def is_part_used(self) -> bool:
        """Whether the issuer answered that a part of the amount was spent."""
        return self.issuer_status == IssuerStatus.PART_USED


class Incident(Base):
    """One incident, or the suspicion of one.

    Its deadlines count from ``known_at``; ``malicious`` extends the last one. ``sealed`` contains
    the nine fields of a report. ``ward_told_at`` is when the ward was first informed, in whatever
    way.
    """

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_state_known", "state", "known_at"),)

    id: Mapped[int] = primary_key()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    malicious: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = state_column("open")
    known_at: Mapped[datetime]
    occurred_at: Mapped[datetime | None]
    opened_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    opened_at: Mapped[datetime]
    ward_told_at: Mapped[datetime | None]
    contained_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def is_closed(self) -> bool:
        """Whether the incident is closed."""
        return self.state == IncidentState.CLOSED


class IncidentSubject(Base):
    """A letter, a coupon or a household that an incident touches, and what was done about it.

    ``result`` is ``listed`` until something is done, then another ``kinds.StopResult``.
    ``found_by`` is how it was added (``kinds.FoundBy``).
    """

    __tablename__ = "incident_subject"
    __table_args__ = (
        UniqueConstraint("incident_id", "kind", "subject_id"),
        Index("ix_incident_subject_result", "kind", "result"),
    )

    id: Mapped[int] = primary_key()
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(BigId)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    found_by: Mapped[str] = mapped_column(String(12))
    result: Mapped[str] = mapped_column(String(16), default="listed", server_default="listed")
    done_at: Mapped[datetime | None]
    added_at: Mapped[datetime]

    @property
    def is_household(self) -> bool:
        """Whether the subject is a household, about which nothing is to be stopped."""
        return self.kind == SubjectKind.HOUSEHOLD


class IncidentReport(Base):
    """A report about an incident as it was written, never changed afterwards.

    The ward confirms it or gives it back. ``sealed`` is the content as data, ``sealed_pdf`` the
    paper as submitted to the ward; the digests are of the plain bytes.
    """

    __tablename__ = "incident_report"
    __table_args__ = (
        UniqueConstraint("incident_id", "kind", "number"),
        CheckConstraint("decided_by IS NULL OR decided_by <> written_by", name="four_eyes"),
    )

    id: Mapped[int] = primary_key()
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    state: Mapped[str] = state_column("written")
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    sha256: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    @property
    def is_undecided(self) -> bool:
        """Whether the report waits for the ward's decision."""
        return self.state == ReportState.WRITTEN


class SiteNotice(Base):
    """A public notice on every page of both sites.

    ``sentence`` names a prepared text; otherwise ``texts`` has a text for every language. Shown
    from ``starts_at`` until ``ends_at`` (exclusive) while it is published.
    """

    __tablename__ = "site_notice"
    __table_args__ = (
        Index("ix_site_notice_shown", "state", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="time_passes"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> written_by", name="four_eyes"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = state_column("draft")
    sentence: Mapped[str | None] = mapped_column(String(30))
    texts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    withdrawn_at: Mapped[datetime | None]

    @property
    def is_published(self) -> bool:
        """Whether the notice is published."""
        return self.state == NoticeState.PUBLISHED


class Downtime(Base):
    """One outage of a part of the system.

    A planned one is announced beforehand, by the notice ``site_notice_id``. ``ends_at`` is None
    while it lasts.
    """

    __tablename__ = "downtime"
    __table_args__ = (
        Index("ix_downtime_starts", "starts_at"),
        CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name="time_passes"),
        CheckConstraint("planned = false OR announced_at IS NOT NULL", name="planned_is_announced"),
    )

    id: Mapped[int] = primary_key()
    what: Mapped[str] = mapped_column(String(20))
    planned: Mapped[bool]
    state: Mapped[str] = state_column("planned")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    site_notice_id: Mapped[int | None] = mapped_column(ForeignKey("site_notice.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    entered_at: Mapped[datetime]

    @property
    def is_running(self) -> bool:
        """Whether the outage has begun unplanned and still lasts."""
        return self.state == DowntimeState.RUNNING

    @property
    def is_planned(self) -> bool:
        """Whether the outage is planned, and neither ended nor cancelled."""
        return self.state == DowntimeState.PLANNED
