"""Events are taken in where the ward consented to who tells them; an old key is not forgotten."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from portal.domain.foundation.program.loader import load_program
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.registry import AT_START
from portal.platform.selfcheck.subject import Subject
from portal.platform.selfcheck.telephone import check_telephone
from portal.settings import Settings
from tests.functional.contacts.floor.test_guide import block
from tests.support.outside import program_with

KEYS = {"pbx-2023": "s" * 32}


def found(folder: Path, settings: Settings, record: str = "") -> list[tuple[Level, str]]:
    program = load_program(program_with(folder, record), today=date(2023, 5, 10))
    subject = Subject(settings, program=program)
    return [(one.level, one.sentence) for one in check_telephone(subject)]


def test_production_does_not_start_without_the_consent(tmp_path: Path) -> None:
    settings = Settings(telephone_keys=KEYS)
    [(level, sentence)] = found(tmp_path, settings)
    assert (level, "telephony" in sentence) == (Level.ERROR, True)
    assert "telephone" in {check.name for check in AT_START}
    [(level, _sentence)] = found(tmp_path, settings, block("toml"))
    assert level is Level.OK
    assert found(tmp_path, Settings()) == []
    [(level, _sentence)] = found(tmp_path, replace(settings, environment="demo"))
    assert level is Level.OK


def test_two_keys_are_one_too_many_when_the_exchange_is_over(tmp_path: Path) -> None:
    settings = Settings(telephone_keys=KEYS | {"pbx-2024": "n" * 32})
    [(level, sentence)] = found(tmp_path, settings, block("toml"))
    assert (level, "2個" in sentence) == (Level.WARNING, True)
