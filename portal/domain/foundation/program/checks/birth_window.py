"""Contradictions in the window of birth dates."""

from collections.abc import Iterator
from datetime import date

from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.eligibility import school_year_window
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s


def check_birth_window(program: Program) -> Iterator[Finding]:
    """Report a birth window that does not begin and end where a school year does."""
    first, last = program.birth_from, program.birth_to
    school_first, _base = school_year_window(program.base_date)
    values = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "school": school_first.isoformat(),
        "base": program.base_date.isoformat(),
    }
    if last < first:
        yield error_of(
            "birth_window_empty",
            _s("対象の誕生日の終わり(%(last)s)が始まり(%(first)s)より前です。") % values,
        )
        return
    yield from _check_school_year(program, school_first, values)
    if last < program.base_date:
        yield warning_of(
            "birth_window_misses_babies",
            _s(
                "%(last)sの後、基準日(%(base)s)までに生まれた子が対象から漏れます。"
                "区に確かめてください。"
            )
            % values,
        )


def _check_school_year(
    program: Program, school_first: date, values: dict[str, str]
) -> Iterator[Finding]:
    first, accepted = program.birth_from, program.eligibility.window_accepted
    if (first.month, first.day) != (4, 2):
        yield _inside_a_school_year(program, values)
        return
    if accepted is not None:
        yield warning_of(
            "birth_window_acceptance_unused",
            _s(
                "[eligibility.birth_window_acceptance] は要りません。"
                "対象の誕生日は、学年の始まり(%(first)s)からです。消してください。"
            )
            % values,
        )
    if first != school_first:
        yield warning_of(
            "birth_window_other_school_year",
            _s(
                "対象の誕生日の始まり(%(first)s)が、"
                "基準日(%(base)s)で18歳の年度末までの始まり(%(school)s)と違います。"
                "学年ごと漏れたり増えたりしないか、区に確かめてください。"
            )
            % values,
        )


def _inside_a_school_year(program: Program, values: dict[str, str]) -> Finding:
    """Return an error, or a warning if the ward accepted this very day."""
    accepted = program.eligibility.window_accepted
    if accepted is not None and accepted.birth_from == program.birth_from:
        return warning_of(
            "birth_window_accepted",
            _s(
                "対象の誕生日の始まり(%(first)s)は学年の途中です。"
                "%(who)sが%(day)sに承知しています。"
            )
            % {**values, "who": accepted.accepted_by, "day": accepted.accepted_on.isoformat()},
        )
    return error_of(
        "birth_window_splits_school_year",
        _s(
            "対象の誕生日の始まり(%(first)s)が学年の途中です。"
            "学年は4月2日生まれから始まり、4月1日生まれは1つ上の学年です。"
            "基準日(%(base)s)で18歳の年度末までなら%(school)sです。"
            "区がこの日を望むなら、[eligibility.birth_window_acceptance] に birth_from、"
            "accepted_by、accepted_on、note を書いてください。"
        )
        % values,
    )
