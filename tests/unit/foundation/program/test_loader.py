"""Reading a program's files: strict, by name or path, every fault at once and in words."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.toml.files import ProgramFileError
from portal.domain.foundation.texts import plain, use_locale

from .conftest import WardFolder


def faults(ward: WardFolder) -> str:
    with pytest.raises(ProgramFileError) as caught:
        ward.load()
    return "\n".join(caught.value.problems)


@settings(deadline=None, max_examples=60)
@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_the_demo_is_free_of_contradictions_and_open_on_any_day(today: date) -> None:
    program = load_program("demo", today)
    assert not check_program(program)
    noon = datetime.combine(today, time(12), tzinfo=JST).astimezone(UTC)
    closed = [window.kind for window in program.windows if not window.is_open(noon)]
    assert not closed
    assert not any(window.is_over(noon + timedelta(days=40)) for window in program.windows)


def test_the_sample_has_the_dates_of_the_specification() -> None:
    program = load_program("sample")
    assert program.base_date == date(2023, 5, 1)
    assert (program.birth_from, program.birth_to) == (date(2005, 4, 2), date(2023, 5, 1))
    assert (program.contract.first_day, program.contract.last_day) == (
        date(2023, 4, 1),
        date(2024, 3, 31),
    )
    assert program.windows.delivery.last_day == date(2023, 12, 31)
    assert program.amount_yen == 30_000
    assert not [finding for finding in check_program(program) if finding.level.value == "error"]


def test_a_ward_anywhere_on_the_disk_is_loaded_by_file_or_folder(
    ward: WardFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_file = load_program(str(ward.path))
    by_folder = load_program(str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    by_relative_path = load_program(os.path.join(tmp_path.name, "program.toml"))  # noqa: PTH118  (as a person types it)
    assert by_file.path == by_folder.path == by_relative_path.path
    assert by_file.towns_file == tmp_path / "towns.csv"


def test_paths_inside_start_at_the_file_and_absolute_ones_stand(
    ward: WardFolder, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ward.change('layouts = "layouts"', f'layouts = "{elsewhere}"').change(
        'towns = "towns.csv"', 'towns = "x/../t.csv"'
    )
    program = ward.load()
    assert program.layouts_dir == elsewhere
    assert program.towns_file == tmp_path / "t.csv"


def test_an_unknown_program_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(NotFoundError) as caught:
        load_program("smaple")
    assert "「sample」のことですか" in caught.value.message
    assert "demo" in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "key", "hint"),
    [
        ("decline_to =", "decline_til =", "dates.decline_til", "「decline_to」"),
        ("amount_yen =", "amount_jpy =", "eligibility.amount_jpy", "「amount_yen」"),
        ("[channels]\n", "[channels]\nsmss = true\n", "channels.smss", "「sms」"),
        (
            "[requests.redelivery]\n",
            "[requests.redelivry]\n",
            "requests.redelivry",
            "「redelivery」",
        ),
        (
            "batch_days = 3",
            "batch_days = 3\nbatchdays = 4",
            "requests.alternative.batchdays",
            "「batch_days」",
        ),
    ],
)
def test_an_unknown_key_is_an_error_that_names_it_and_the_nearest_valid_name(
    ward: WardFolder, old: str, new: str, key: str, hint: str
) -> None:
    found = [
        line for line in faults(ward.change(old, new)).splitlines() if line.startswith(f"{key}:")
    ]
    assert len(found) == 1
    assert hint in found[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'base_date = "2023-05-01"',
            'base_date = "2023-02-30"',
            "eligibility.base_date: 「2023-02-30」",
        ),
        (
            'base_date = "2023-05-01"',
            'base_date = "0203-05-01"',
            "eligibility.base_date: 0203-05-01という年",
        ),
        ('use_to = "2024-03-31"', "use_to = 9999-12-31", "dates.use_to: 9999-12-31という年"),
        ('base_date = "2023-05-01"', "", "eligibility.base_date: この項目がありません"),
        ("amount_yen = 30000", 'amount_yen = "30000"', "eligibility.amount_yen: 整数で"),
        ("amount_yen = 30000", "amount_yen = true", "eligibility.amount_yen: 整数で"),
        (
            'leave_to = "https://www.jma.go.jp/bosai/forecast/"',
            'leave_to = "javascript:alert(1)"',
            "way_out.leave_to: https://",
        ),
        ('telephone = "#8008"', 'telephone = "＃８００８"', "way_out.lines[1].telephone: #8008"),
        ('use = "holder_opens"', 'use = "shop_opens"', "issuer.use: 「shop_opens」は使えません"),
        ('telephone = "0120-000-395"', 'telephone = "none"', "issuer.telephone: 0120-000-000"),
        (
            'telephone = "03-0000-0520"',
            "",
            "way_out.counter.telephone: この項目がありません",
        ),
        (
            'sheet_key = "age1',
            'sheet_key = "age1x"  # ',
            "escalations.sheet_key: 区の公開鍵",
        ),
        (
            'sheet_key = "age1',
            'sheet_key = "AGE-SECRET-KEY-1X"  # ',
            "sheet_key: これは秘密の鍵です",
        ),
        ("amount_yen = 30000", "amount_yen = 0", "eligibility.amount_yen: 1から"),
        ('opens = "9:00"', 'opens = "25:00"', "call_center.opens"),
        ('closes = "17:00"', 'closes = "8:00"', "call_center.closes: 開く時刻より後"),
        (
            'weekly_closed = ["sat", "sun"]',
            'weekly_closed = ["土"]',
            "call_center.weekly_closed: 「土」",
        ),
        ('telephone = "0120-000-501"', 'telephone = "0120000501"', "contact.telephone"),
        ('postal_code = "139-0005"', 'postal_code = "139-00"', "contact.address.postal_code"),
        ('password_mode = "reusable"', 'password_mode = "once"', "reusable / activation_only"),
        ('password_mode = "reusable"', 'enclosures = ["flyer"]', "alternative_form / decline_form"),
        (
            'delivered_means = "revealed"',
            'delivered_means = "seen"',
            "handed_over / revealed / exchanged",
        ),
        ('from = "12-29"', 'from = "12/29"', "call_center.yearly_closures[1].from"),
        (
            'exchange_to = "2023-12-31"',
            "exchange_to = 2023-12-31T10:00:00",
            "dates.exchange_to: 時刻を付けずに",
        ),
        ('exchange_to = "2023-12-31"', "exchange_to = [", "TOML として読めません"),
    ],
)
def test_a_wrong_value_is_explained_with_its_key(
    ward: WardFolder, old: str, new: str, says: str
) -> None:
    assert says in faults(ward.change(old, new))


def test_all_faults_are_told_at_once(ward: WardFolder) -> None:
    ward.change("amount_yen = 30000", "amount_yen = 0").change('opens = "9:00"', 'opens = "nine"')
    told = faults(ward)
    assert "amount_yen" in told
    assert "opens" in told


def test_a_missing_table_is_told_once(ward: WardFolder) -> None:
    ward.change("[mail]\nstorage_days = 7\npost_days = 2\n", "").change(
        "[channels]\n", "[channel]\n"
    )
    told = faults(ward).splitlines()
    assert len([line for line in told if line.startswith("channels")]) == 1
    assert "「channels」のことですか" in "".join(told)


def test_a_resident_text_that_lacks_a_language_is_an_error_that_names_text_and_language(
    ward: WardFolder,
) -> None:
    ward.change('ko = "대상 자녀"', "", file=ward.texts)
    assert faults(ward).startswith("help[2].question.ko: ")
    ward.change('zh_Hant = "東京都汐風區"', 'zh_Hant = " "')
    assert "names.ward.zh_Hant" in faults(ward)


@pytest.mark.asvs("1.3.7", "1.3.10")
def test_a_text_that_quotes_a_value_that_does_not_exist_is_an_error(ward: WardFolder) -> None:
    ward.change('ko = "이사했을 때"', 'ko = "이사했습니다 %(wrad)s 100%"', file=ward.texts)
    told = faults(ward)
    assert "%(wrad)s" in told
    assert "%%" in told


def test_texts_are_ready_to_show_in_every_language(ward: WardFolder) -> None:
    program = ward.load()
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            words = [
                str(program.texts.about),
                str(program.texts.where_usable),
                str(program.texts.privacy_contact),
            ]
            words += [str(item.answer) for item in program.texts.help]
        assert all(plain(word).strip() for word in words)
        assert not any("%(" in word for word in words)
    with use_locale("ko"):
        assert str(program.names.ward) == "도쿄도 시오카제구"
        assert "2023년 12월 31일" in str(program.texts.about)


def test_a_missing_texts_file_says_which_file(ward: WardFolder) -> None:
    ward.texts.unlink()
    with pytest.raises(ProgramFileError, match=r"texts\.toml.*"):
        ward.load()


def test_a_file_in_another_encoding_says_so(ward: WardFolder) -> None:
    ward.path.write_bytes(ward.path.read_text(encoding="utf-8").encode("cp932", errors="replace"))
    assert "UTF-8" in faults(ward)


def test_days_may_be_toml_dates_era_dates_or_offsets(ward: WardFolder) -> None:
    ward.change('exchange_to = "2023-12-31"', "exchange_to = 2023-12-31")
    ward.change('use_to = "2024-03-31"', 'use_to = "令和6年3月31日"')
    ward.change('decline_to = "2023-09-29"', 'decline_to = "today+32, last open day"')
    windows = ward.load(today=date(2023, 8, 10)).windows
    assert windows.exchange.last_day == date(2023, 12, 31)
    assert windows.use.last_day == date(2024, 3, 31)
    assert windows.of(WindowKind.DECLINE).last_day == date(2023, 9, 11)
    assert ward.load(today=date(2023, 8, 9)).windows.decline.last_day == date(2023, 9, 8)
