"""Nothing leaves the ward without its consent: each company is a record, abroad needs a second."""

from datetime import date
from pathlib import Path

import pytest

from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.outside import OutsideService, record_of
from portal.domain.foundation.program.toml.files import ProgramFileError
from portal.domain.foundation.texts import use_locale
from tests.support.outside import ABROAD, HOME, SECOND_CONSENT, program_with


def codes(program: Program) -> list[str]:
    return [finding.code for finding in check_program(program)]


def test_a_record_is_found_by_service_and_server(tmp_path: Path) -> None:
    program = load_program(program_with(tmp_path, HOME))
    found = record_of(program.outside, OutsideService.SMS, "SMS.example.jp")
    assert found is not None
    assert (found.company, found.country, found.consent.number) == (
        "見本通信株式会社",
        "JP",
        "5汐こ第101号",
    )
    assert found.consent.on == date(2023, 5, 10)
    assert record_of(program.outside, OutsideService.MAIL, "sms.example.jp") is None
    assert record_of(program.outside, OutsideService.SMS, "other.example.jp") is None


def test_a_company_abroad_needs_the_second_consent_with_its_reason(tmp_path: Path) -> None:
    assert "outside_abroad" in codes(load_program(program_with(tmp_path, ABROAD)))
    agreed = load_program(program_with(tmp_path, ABROAD + SECOND_CONSENT))
    assert "outside_abroad" not in codes(agreed)
    without_reason = SECOND_CONSENT.replace(', reason = "国内の会社の予備"', "")
    with pytest.raises(ProgramFileError, match="reason"):
        load_program(program_with(tmp_path, ABROAD + without_reason))


def test_companies_in_japan_come_first_and_one_abroad_beside_them_is_asked_about(
    tmp_path: Path,
) -> None:
    program = load_program(program_with(tmp_path, ABROAD + SECOND_CONSENT + HOME))
    assert [one.country for one in program.outside] == ["JP", "US"]
    assert "outside_abroad_beside_home" in codes(program)


def test_a_consent_names_everything_that_is_sent(tmp_path: Path) -> None:
    narrow = HOME.replace('"telephone", "text", "message_number"', '"telephone"')
    with use_locale("ja"):
        findings = check_program(load_program(program_with(tmp_path, narrow)))
    (sentence,) = [one.sentence for one in findings if one.code == "outside_fields"]
    assert "文（確認の番号やお知らせ" in sentence


def test_a_consent_of_a_day_to_come_is_none(tmp_path: Path) -> None:
    path = program_with(tmp_path, HOME)
    assert "outside_consent_later" in codes(load_program(path, today=date(2023, 5, 9)))
    assert "outside_consent_later" not in codes(load_program(path, today=date(2023, 5, 10)))


def test_a_channel_without_a_record_is_a_warning_before_the_start(tmp_path: Path) -> None:
    assert "outside_missing" in codes(load_program(program_with(tmp_path, "", sms=True)))
    assert "outside_missing" not in codes(load_program(program_with(tmp_path, HOME, sms=True)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('country = "JP"', 'country = "Japan"'),
        ('hosts = ["sms.example.jp"]', "hosts = []"),
        ('hosts = ["sms.example.jp"]', 'hosts = ["https://sms.example.jp/"]'),
        ('"telephone", "text"', '"name", "text"'),
        ('service = "sms"', 'service = "pigeon"'),
        ('number = "5汐こ第101号"', 'number = ""'),
        ('on = "2023-05-10"', 'on = "soon"'),
    ],
)
def test_what_is_wrong_in_a_record_is_named(tmp_path: Path, old: str, new: str) -> None:
    assert old in HOME
    with pytest.raises(ProgramFileError, match=r"outside\[1\]"):
        load_program(program_with(tmp_path, HOME.replace(old, new)))
