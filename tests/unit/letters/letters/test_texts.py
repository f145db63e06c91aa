import re
from pathlib import Path

import pytest

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.loader import PROGRAMS, load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.toml.files import ProgramFileError
from portal.domain.letters.letters.drawing.texts import (
    PER_HOUSEHOLD,
    REQUIRED,
    load_texts,
    program_values,
)


@pytest.fixture
def source(program: Program) -> str:
    return program.letter_texts_file.read_text(encoding="utf-8")


def problems_of(tmp_path: Path, source: str) -> str:
    path = tmp_path / "letters.toml"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(ProgramFileError) as caught:
        load_texts(path)
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize("name", ["demo", "sample"])
def test_the_shipped_texts_are_complete_in_six_languages(name: str) -> None:
    texts = load_texts(load_program(name).letter_texts_file)
    assert set(texts.blocks) == set(REQUIRED)
    assert all(
        texts.blocks[block].in_language(locale) for block in REQUIRED for locale in RESIDENT_LOCALES
    )


@pytest.mark.parametrize("block", ["never_asked", "no_smartphone", "use_deadline", "call_center"])
def test_a_letter_without_a_required_block_is_refused(
    block: str, source: str, tmp_path: Path
) -> None:
    without = re.sub(rf"\[{block}\]\n(?:.+\n)+", "", source)
    assert block in problems_of(tmp_path, without)


def test_a_missing_language_is_named(source: str, tmp_path: Path) -> None:
    without = re.sub(r"(\[decline\]\n(?:.+\n)*?)ko = .+\n", r"\1", source)
    assert "decline.ko" in problems_of(tmp_path, without)


@pytest.mark.asvs("1.3.7", "1.3.10")
def test_an_unknown_placeholder_is_named(source: str, tmp_path: Path) -> None:
    wrong = source.replace("%(decline_to)s", "%(declin_to)s")
    assert "declin_to" in problems_of(tmp_path, wrong)


def test_a_deadline_typed_by_hand_is_refused(source: str, tmp_path: Path) -> None:
    typed = source.replace("お店で使える最終日\\n%(use_to)s", "お店で使える最終日\\n2023年12月31日")
    found = problems_of(tmp_path, typed)
    assert "use_deadline.ja" in found
    assert "use_to" in found


def test_hours_and_closed_days_typed_by_hand_are_refused(source: str, tmp_path: Path) -> None:
    found = problems_of(
        tmp_path, source.replace("%(closed)s", "土・日").replace("受付 %(hours)s", "受付 9時から")
    )
    assert "call_center.ko" in found
    assert "closed" in found
    assert "hours" in found


def test_a_block_about_no_household_cannot_name_its_children(source: str, tmp_path: Path) -> None:
    assert "rules" not in PER_HOUSEHOLD
    wrong = source.replace("お守りいただくこと\\n", "お守りいただくこと\\n%(children)s人")
    assert "children" in problems_of(tmp_path, wrong)


def test_a_note_needs_a_heading(source: str, tmp_path: Path) -> None:
    assert "languages.ko" in problems_of(tmp_path, source.replace('ko = "언어\\n', 'ko = "언어 '))


def test_a_block_that_nobody_knows_is_named(source: str, tmp_path: Path) -> None:
    assert "greeting" in problems_of(tmp_path, source + '\n[greeting]\nja = "拝啓"\n')


def test_storage_days_and_the_last_telephone_day_come_from_the_settings(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    text = (PROGRAMS / "sample" / "program.toml").read_text("utf-8")
    for old, new in (
        ("../demo/", f"{PROGRAMS}/demo/"),
        ("storage_days = 7", "storage_days = 10"),
        ('call_center_to = "2023-12-31"', 'call_center_to = "2024-03-29"'),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "program.toml").write_text(text, "utf-8")
    (folder / "towns.csv").write_text("postal,town\n", "utf-8")
    ours = load_program(str(folder))
    filled = load_texts(ours.letter_texts_file).filled(
        program_values(ours, "coupon.example.jp", ours.today)
    )
    for locale in RESIDENT_LOCALES:
        assert "10" in filled.blocks["not_delivered"].in_language(locale)
    assert "2024年3月29日" in filled.blocks["call_center"].ja


def test_storage_days_typed_by_hand_are_refused(source: str, tmp_path: Path) -> None:
    typed = source.replace("保管は%(storage_days)s日間", "保管は7日間")
    assert "storage_days" in problems_of(tmp_path, typed)
