"""The ward's settings for call figures: which calls count, when to warn, when the report is due."""

from dataclasses import dataclass

from portal.domain.foundation.program.toml.sections import Section


@dataclass(frozen=True, slots=True)
class CallSettings:
    """How calls are counted; rates are whole percent, ``*_seconds`` are seconds.

    ``busy_counts``: calls that met a busy line count as offered. ``out_of_hours_counts``: calls
    outside the opening hours count. ``short_abandoned_counts``: calls abandoned within
    ``short_abandoned_seconds`` count. The monthly report prints all three. ``answer_rate_alarm`` 0:
    the board never warns; it never warns below ``alarm_min_calls``. ``long_wait_seconds`` and
    ``spike_percent`` (calls of a half hour as a share of the planned ones) mark the floor, 0 never.
    """

    layouts: str
    answer_rate_alarm: int
    alarm_min_calls: int
    service_level_seconds: int
    long_wait_seconds: int
    spike_percent: int
    short_abandoned_seconds: int
    busy_counts: bool
    out_of_hours_counts: bool
    short_abandoned_counts: bool
    report_due_day: int


def read_call_settings(root: Section) -> CallSettings:
    """Read ``[calls]``; every key has a default."""
    calls = root.table("calls", required=False)
    return CallSettings(
        layouts=calls.text("layouts", "calls"),
        answer_rate_alarm=calls.whole("answer_rate_alarm", 80, high=100),
        alarm_min_calls=calls.whole("alarm_min_calls", 5, low=1, high=1000),
        service_level_seconds=calls.whole("service_level_seconds", 20, low=1, high=600),
        long_wait_seconds=calls.whole("long_wait_seconds", 60, high=3600),
        spike_percent=calls.whole("spike_percent", 150, high=1000),
        short_abandoned_seconds=calls.whole("short_abandoned_seconds", 5, low=1, high=60),
        busy_counts=calls.flag("busy_counts", default=False),
        out_of_hours_counts=calls.flag("out_of_hours_counts", default=False),
        short_abandoned_counts=calls.flag("short_abandoned_counts", default=True),
        # specification 6(7): by the 10th of the month after; an earlier day may be agreed, a later
        # one not
        report_due_day=calls.whole("report_due_day", 10, low=1, high=10),
    )
