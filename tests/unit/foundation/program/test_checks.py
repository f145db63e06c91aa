"""Every contradiction is found, at the right level, and a sound program has none."""

from datetime import UTC, datetime

import pytest

from portal.domain.foundation.program.checks.program import check_program, coupon_findings

from .conftest import WardFolder

SOUND = {"last_day_unstaffed": "warning"}
"""The specification itself ends on a closed day."""

CASES: list[tuple[str, str, str, str]] = [
    ('decline_from = "2023-07-03"', 'decline_from = "2023-10-03"', "ends_before_start", "error"),
    ('from = "令和5年4月1日"', 'from = "令和7年4月1日"', "ends_before_start", "error"),
    ('sign_in_to = "2023-12-31"', 'sign_in_to = "2023-12-30"', "sign_in_closes_early", "error"),
    ('use_to = "2024-03-31"', 'use_to = "2023-12-30"', "exchange_after_use", "error"),
    (
        'delivery_to = "2023-12-31"',
        'delivery_to = "2024-01-01"',
        "delivery_after_exchange",
        "error",
    ),
    (
        'delivery_from = "2023-07-03"',
        'delivery_from = "2023-04-28"',
        "delivery_before_base_date",
        "error",
    ),
    ('decline_to = "2023-09-29"', 'decline_to = "2024-01-05"', "decline_after_exchange", "warning"),
    (
        'delivery_from = "2023-07-03"',
        'delivery_from = "2023-06-30"',
        "letters_before_sign_in",
        "warning",
    ),
    (
        'publicity_from = "2023-06-01"',
        'publicity_from = "2023-07-04"',
        "letters_before_publicity",
        "warning",
    ),
    (
        'birth_from = "school-year"',
        'birth_from = "2005-04-01"',
        "birth_window_splits_school_year",
        "error",
    ),
    (
        'birth_from = "school-year"',
        'birth_from = "2004-05-02"',
        "birth_window_splits_school_year",
        "error",
    ),
    (
        'birth_from = "school-year"',
        'birth_from = "2006-04-02"',
        "birth_window_other_school_year",
        "warning",
    ),
    ('birth_to = "base-date"', 'birth_to = "2023-04-30"', "birth_window_misses_babies", "warning"),
    ('birth_to = "base-date"', 'birth_to = "2005-04-01"', "birth_window_empty", "error"),
    ('decline_to = "2023-09-29"', 'decline_to = "2023-10-09"', "last_day_unstaffed", "warning"),
    ('weekly_closed = ["sat", "sun"]', 'weekly_closed = ["mon"]', "last_day_unstaffed", "warning"),
    ('to = "12-31"\nreason', 'to = "12-28"\nreason', "never_staffed", "error"),
    (
        'call_center_from = "2023-06-01"',
        'call_center_from = "2023-07-04"',
        "call_center_late",
        "warning",
    ),
    (
        "[requests.redelivery]\n",
        '[requests.redelivery]\nlast_day = "2023-12-22"\n',
        "request_too_late_to_arrive",
        "error",
    ),
    (
        "[requests.redelivery]\n",
        '[requests.redelivery]\nlast_day = "2023-12-17"\n',
        "request_last_day_closed",
        "warning",
    ),
    (
        "[requests.redelivery]\n",
        '[requests.redelivery]\nfrom = "2023-12-22"\n',
        "ends_before_start",
        "error",
    ),
    ("storage_days = 7", "storage_days = 5", "storage_short", "warning"),
    ("totp = true", "totp = false", "no_channel", "error"),
    ("email = false", "email = true", "email_risk_not_accepted", "error"),
    ("totp = true\nsms = false", "totp = false\nsms = true", "totp_off", "warning"),
    ('towns = "towns.csv"', 'towns = "stadt.csv"', "file_missing", "error"),
    ('texts = "letters.toml"', 'texts = "briefe.toml"', "file_missing", "error"),
    ('layouts = "layouts"', 'layouts = "none"', "folder_missing", "warning"),
    (
        'languages = ["ja", "ja@easy", "en",',
        'languages = ["ja", "ja@easy",',
        "language_off",
        "warning",
    ),
    ('telephone = "0120-000-501"', 'telephone = "03-0000-0599"', "telephone_not_free", "warning"),
    ('telephone = "03-0000-0520"', 'telephone = "0120-000-501"', "way_out_call_center", "error"),
    ('telephone = "03-0000-0520"', 'telephone = "03-0000-0501"', "way_out_call_center", "error"),
    (
        'texts = "texts.toml"',
        'texts = "texts.toml"\nresident_url = "https://www.jma.go.jp"',
        "way_out_leads_to_us",
        "error",
    ),
    ('telephone = "#8008"', 'telephone = "#9110"', "way_out_without_national", "warning"),
    ('to = "令和6年3月31日"', 'to = "令和5年11月30日"', "outside_contract", "warning"),
]


def override(day: str) -> str:
    return (
        f'[[call_center.overrides]]\nday = "{day}"\nopens = "9:00"\ncloses = "12:'
        '00"\nreason = "発送直後"\n'
        'paid_by = "ward"\napproved_by = "課長"\napproval_no = "1"\napproved_on = "2023-06-20"\n\n'
    )


def test_a_sound_program_has_no_findings_but_these_two(ward: WardFolder) -> None:
    assert ward.codes() == SOUND


@pytest.mark.parametrize(("old", "new", "code", "level"), CASES)
@pytest.mark.asvs("2.2.3")
def test_a_contradiction_is_found_and_said_in_one_sentence(
    ward: WardFolder, old: str, new: str, code: str, level: str
) -> None:
    if code == "never_staffed":
        ward.change('from = "12-29"', 'from = "01-01"')
        new = 'to = "12-31"\nreason'
    findings = check_program(ward.change(old, new).load())
    found = [
        finding for finding in findings if finding.code == code and finding.level.value == level
    ]
    assert found
    assert all(
        finding.sentence.endswith("。") and "%(" not in finding.sentence for finding in findings
    )
    levels = [finding.level.value for finding in findings]
    assert levels == sorted(levels, key=["error", "warning"].index)


def test_a_deadline_on_a_closed_day_names_the_last_day_somebody_answers(ward: WardFolder) -> None:
    sentences = [f.sentence for f in check_program(ward.load()) if f.code == "last_day_unstaffed"]
    assert sentences
    assert all("2023-12-31" in sentence and "2023-12-28" in sentence for sentence in sentences)


def test_exceptions_to_the_hours_must_lie_inside_and_once(ward: WardFolder) -> None:
    ward.change(
        "[contact]\n",
        override("2024-02-03") + override("2023-07-08") + override("2023-07-08") + "[contact]\n",
    )
    codes = ward.codes()
    assert codes["override_outside"] == "warning"
    assert codes["override_twice"] == "error"


def test_no_paper_product_is_a_warning(ward: WardFolder) -> None:
    text = ward.path.read_text(encoding="utf-8")
    ward.path.write_text(text[: text.index("[[alternatives]]")], encoding="utf-8")
    assert ward.codes()["no_alternative"] == "warning"


def test_numbers_that_nobody_answers_at_night_are_a_warning(ward: WardFolder) -> None:
    text = ward.path.read_text(encoding="utf-8")
    ward.path.write_text(text.replace("always = true", "always = false"), encoding="utf-8")
    assert ward.codes()["way_out_closed_at_night"] == "warning"


def test_codes_that_die_before_the_program_are_errors_and_equal_or_longer_ones_are_not(
    ward: WardFolder,
) -> None:
    program = ward.load()
    exchange, use = program.windows.exchange.ends_at, program.windows.use.ends_at
    assert not coupon_findings(program, exchange, use)
    assert len(coupon_findings(program, datetime(2023, 10, 31, 15, tzinfo=UTC), use)) == 1
    assert len(coupon_findings(program, datetime(2023, 10, 31, 15, tzinfo=UTC), exchange)) == 2


ACCEPTED = """
[eligibility.birth_window_acceptance]
birth_from = "{day}"
accepted_by = "こども家庭支援課長"
accepted_on = "2023-05-20"
note = "15歳未満とする（区の指示書 5汐子第12号）"

[contract]
"""


def test_a_window_inside_a_school_year_can_be_accepted_by_name_and_day(ward: WardFolder) -> None:
    ward.change('birth_from = "school-year"', 'birth_from = "2008-05-02"')
    assert ward.codes()["birth_window_splits_school_year"] == "error"
    ward.change("[contract]\n", ACCEPTED.format(day="2008-05-02"))
    found = {one.code: one for one in check_program(ward.load())}
    assert "birth_window_splits_school_year" not in found
    assert found["birth_window_accepted"].level.value == "warning"
    assert "こども家庭支援課長" in found["birth_window_accepted"].sentence
    assert "2023-05-20" in found["birth_window_accepted"].sentence


def test_an_acceptance_is_about_its_own_day_alone(ward: WardFolder) -> None:
    ward.change('birth_from = "school-year"', 'birth_from = "2008-05-02"')
    ward.change("[contract]\n", ACCEPTED.format(day="2008-05-03"))
    assert ward.codes()["birth_window_splits_school_year"] == "error"


def test_an_acceptance_that_is_not_needed_is_named(ward: WardFolder) -> None:
    ward.change("[contract]\n", ACCEPTED.format(day="2005-04-02"))
    assert ward.codes()["birth_window_acceptance_unused"] == "warning"
