"""The guide names every setting with its default and its meaning, and no other."""

import re
from datetime import timedelta

import pytest

from portal.settings import NAMES, load_settings
from tests.support.sources import ROOT

GUIDE = (ROOT / ".github" / "guides" / "settings.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(PORTAL_\w+)` \| (.*?) \| (.*) \|$", GUIDE, re.MULTILINE)
IN_WORDS = {
    "PORTAL_BACKUP_DIR",
    "PORTAL_DATABASE_URL",
    "PORTAL_DATA_DIR",
    "PORTAL_KEY_DIR",
    "PORTAL_LANG",
    "PORTAL_LOG_FORMAT",
    "PORTAL_METRICS_DIR",
}
"""Settings whose default depends on the machine or on another setting."""


def test_the_guide_has_a_row_for_each_setting_and_for_nothing_else() -> None:
    assert sorted(name for name, _default, _meaning in ROWS) == sorted(NAMES)


def test_the_guide_speaks_of_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"PORTAL_[A-Z_]+[A-Z]", GUIDE)) - set(NAMES)
    assert {name.removesuffix("_FILE") for name in named} <= set(NAMES)


@pytest.mark.parametrize(("name", "default", "meaning"), ROWS)
def test_a_row_says_the_default_and_the_meaning(name: str, default: str, meaning: str) -> None:
    assert len(meaning) > 15
    if name in IN_WORDS:
        assert default
        return
    value = getattr(load_settings({}), name.removeprefix("PORTAL_").lower())
    if isinstance(value, timedelta):
        value = int(value.total_seconds())
    assert default == ("none" if value in ("", (), {}, None) else f"`{value}`")
