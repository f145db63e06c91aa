"""``portal shops`` as an operator uses it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli.context import Context
from portal.cli.people.shops import shops
from portal.domain.foundation.vault import make_keys
from portal.platform.startup import initialize
from portal.settings import Settings, load_settings
from tests.support.shops import OONO, SEKIYA, SHOPS, shop_file


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = load_settings(
        {
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_PROGRAM": "demo",
        }
    )
    make_keys(made.key_dir)
    initialize(made)
    return made


def portal(settings: Settings, *words: object) -> Result:
    """Run a command as its own process would."""
    context = Context(settings)
    try:
        return CliRunner().invoke(shops, [str(word) for word in words], obj=context)
    finally:
        context.database().engine.dispose()


def written(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "shops.csv"
    path.write_bytes(shop_file(rows).data)
    return path


def test_a_list_is_tried_loaded_and_shown(settings: Settings, tmp_path: Path) -> None:
    path = written(tmp_path, SHOPS)
    assert "まだありません" in portal(settings, "show").stdout
    tried = portal(settings, "load", path, "--dry-run")
    assert (tried.exit_code, "何も保存していません" in tried.stdout) == (0, True)
    assert json.loads(portal(settings, "show", "--json").stdout)["lists"] == []
    done = portal(settings, "load", path)
    assert (done.exit_code, "店を3件読み込みました" in done.stdout) == (0, True)
    assert "もう読み込んであります" in portal(settings, "load", path).stdout
    (one,) = json.loads(portal(settings, "show", "--json").stdout)["lists"]
    assert (one["count"], one["counts"], one["loaded_by"]) == (3, True, None)
    assert portal(settings, "show").stdout.startswith("* 一覧 ")


def test_lines_that_were_refused_are_told_and_end_with_3(
    settings: Settings, tmp_path: Path
) -> None:
    path = written(tmp_path, [SEKIYA, OONO, SEKIYA])
    done = portal(settings, "load", path)
    assert (done.exit_code, done.stderr) == (3, "4行目: 2行目と同じ店です。\n")
    said = json.loads(portal(settings, "load", path, "--from", "2999-01-01", "--json").stdout)
    assert said["refused"] == [{"line": 4, "reason": "2行目と同じ店です。"}]
    assert said["valid_from"] == "2999-01-01"


def test_a_file_that_is_no_list_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    path = written(tmp_path, [])
    done = portal(settings, "load", path)
    assert (done.exit_code, "受け入れられない行のほうが多い" in done.stderr) == (1, True)
    past = portal(settings, "load", written(tmp_path, SHOPS), "--from", "2001-01-01")
    assert (past.exit_code, "きょうか、それよりあと" in past.stderr) == (1, True)
    assert portal(settings, "load", tmp_path / "nowhere.csv").exit_code == 1
