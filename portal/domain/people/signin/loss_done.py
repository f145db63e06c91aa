"""Do what a report of a loss that waited is right about."""

from collections.abc import Callable, Mapping, Sequence

from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.work import Work
from portal.domain.people.signin.loss import judge_password
from portal.domain.people.signin.loss_by_phone import carry_out_sending, judge_app, judge_code
from portal.domain.people.signin.loss_waiting import Report, Step, take

_DO: Mapping[Step, Callable[[Work, Report], None]] = {
    Step.PASSWORD: judge_password,
    Step.SEND: carry_out_sending,
    Step.CODE: judge_code,
    Step.APP: judge_app,
}


def carry_out(work: Work, reports: Sequence[int]) -> None:
    """Carry out forms that waited, in the language in which each was sent."""
    for report_id in reports:
        report = take(work, report_id)
        if report is not None:
            with use_locale(report.locale):
                _DO[report.step](work, report)
