"""Special days in a program file: complete, without contradiction, and worth their line."""

import pytest

from portal.domain.foundation.program.toml.files import ProgramFileError

from .conftest import WardFolder

APPROVAL = """reason = "発送直後"
paid_by = "ward"
approved_by = "こども家庭支援課"
approval_no = "5児支発第21号"
approved_on = "2023-06-20"
"""


@pytest.mark.parametrize("key", ["reason", "paid_by", "approved_by", "approval_no", "approved_on"])
@pytest.mark.parametrize("kind", ["closures", "overrides"])
def test_without_reason_payer_or_approval_a_special_day_is_refused_by_name(
    ward: WardFolder, key: str, kind: str
) -> None:
    lines = "".join(line + "\n" for line in APPROVAL.splitlines() if not line.startswith(key))
    days = (
        'from = "2023-09-04"\n'
        if kind == "closures"
        else 'day = "2023-07-08"\nopens = "10:00"\ncloses = "15:00"\n'
    )
    ward.change("[contact]\n", f"[[call_center.{kind}]]\n{days}{lines}\n[contact]\n")
    with pytest.raises(ProgramFileError) as caught:
        ward.load()
    assert len(caught.value.problems) == 1
    assert f"call_center.{kind}[1].{key}" in caught.value.problems[0]


@pytest.mark.parametrize(
    ("added", "told"),
    [
        (("paid_by", 'paid_by = "nobody"'), "ward / contractor / agreed"),
        (("approved_on", 'approved_on = "きのう"'), "日付として読めません"),
        (("reason", 'reason = "x"\nclosed = true'), "どちらかにしてください"),
        (("reason", 'reason = "x"\nnumber = "1"'), "知らない項目"),
    ],
)
def test_a_wrong_value_of_a_special_day_is_said(
    ward: WardFolder, added: tuple[str, str], told: str
) -> None:
    lines = [added[1] if line.startswith(added[0]) else line for line in APPROVAL.splitlines()]
    days = 'day = "2023-07-08"\nopens = "10:00"\ncloses = "15:00"\n'
    ward.change(
        "[contact]\n", f"[[call_center.overrides]]\n{days}" + "\n".join(lines) + "\n\n[contact]\n"
    )
    with pytest.raises(ProgramFileError, match=told):
        ward.load()


def closure(first: str, last: str = "", approved: str = "2023-06-20") -> str:
    days = f'from = "{first}"\n' + (f'to = "{last}"\n' if last else "")
    return f"[[call_center.closures]]\n{days}{APPROVAL.replace('2023-06-20', approved)}\n"


def opening(day: str, hours: str = "10:00 15:00", approved: str = "2023-06-20") -> str:
    opens, closes = hours.split()
    days = f'day = "{day}"\nopens = "{opens}"\ncloses = "{closes}"\n'
    return f"[[call_center.overrides]]\n{days}{APPROVAL.replace('2023-06-20', approved)}\n"


@pytest.mark.parametrize(
    ("added", "found"),
    [
        (closure("2023-09-04", "2023-09-05"), {}),
        (opening("2023-07-08"), {}),
        (closure("2023-09-04", "2023-09-06") + closure("2023-09-06"), {"closure_twice": "error"}),
        (opening("2023-07-08") + opening("2023-07-08"), {"override_twice": "error"}),
        (closure("2024-02-05"), {"closure_outside": "warning"}),
        (opening("2024-02-05"), {"override_outside": "warning"}),
        (closure("2023-07-08", "2023-07-09"), {"closure_without_effect": "warning"}),
        (opening("2023-07-10", "9:00 17:00"), {"override_without_effect": "warning"}),
        (
            closure("2023-09-04", "2023-09-06") + opening("2023-09-05"),
            {"open_in_closure": "warning"},
        ),
        (opening("2023-07-08", approved="2023-07-09"), {"approved_late": "warning"}),
        (closure("2023-07-10", approved="2023-07-10"), {}),
    ],
)
def test_special_days_that_contradict_or_change_nothing_are_found(
    ward: WardFolder, added: str, found: dict[str, str]
) -> None:
    usual = ward.codes()
    ward.change("[contact]\n", added + "[contact]\n")
    codes = ward.codes()
    assert {code: level for code, level in codes.items() if code not in usual} == found
