"""Another search key: the command is killed, and one key always fits the whole database."""

import random
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from portal.domain.foundation.program.deployment import deployment, fitting
from portal.domain.foundation.vault import Vault, load_vault
from portal.domain.oversight.copies.opened_rows import SealedRows
from portal.platform.database import Database
from portal.platform.startup import initialize
from portal.settings import Settings
from tests.support.coupons import VAULT
from tests.support.faults import oracle
from tests.support.faults.load import Load, add_families
from tests.support.faults.nodes import Node, offset_from
from tests.support.people import add_household
from tests.support.programs.command import CommandLine, sentence
from tests.support.resident import NOON, make_settings

MANY, FAMILIES, KILLS = 1_500, 4, 5
DAY = timedelta(days=1, hours=1)
KEY = "index"


@pytest.fixture
def settings(database: Database, database_url: str, tmp_path: Path) -> Settings:
    made = replace(make_settings(tmp_path), database_url=database_url)
    initialize(made)
    return made


def add_many(database: Database) -> None:
    """Households that make the command last."""
    with database.write() as session:
        for number in range(MANY):
            add_household(session, VAULT, f"{8_800_000_000 + number}", NOON, children=0)


def operator(settings: Settings, ahead: timedelta = timedelta()) -> CommandLine:
    extra = {
        "PORTAL_ENVIRONMENT": "test",
        "PORTAL_CLOCK_OFFSET": str((offset_from() + ahead).total_seconds()),
    }
    return CommandLine(settings.data_dir, settings.database_url, settings.program, extra=extra)


def key_of(database: Database, settings: Settings) -> Vault:
    """The keys by which the rows are found; every one of them is opened and looked for."""
    with database.read() as session:
        known = deployment(session)
        assert known is not None
        vault = fitting(known, load_vault(settings.key_dir))
        assert SealedRows(session, vault, set()).open_all().households >= MANY
    database.engine.dispose()
    return vault


def test_another_search_key_is_there_whole_or_not_at_all_though_the_command_is_killed(
    database: Database, settings: Settings, tmp_path: Path, dice: random.Random
) -> None:
    command, offset = operator(settings), offset_from()
    families = add_families(database, tmp_path, FAMILIES, NOON)
    add_many(database)
    keys = settings.key_dir
    node = Node(settings, settings.database_url, tmp_path / "node.log", offset, workers=1)
    try:
        node.start()
        assert command.run("keys", "rotate", KEY).returncode == 0
        Load([node.url], families[:2], offset, clients=1).start().finish()
        refused = command.run("keys", "rotate", KEY, "--copied")
        assert refused.returncode == 1
        assert "portal work" in sentence(refused)
    finally:
        node.stop()
    assert bytes(key_of(database, settings).index) == VAULT.index
    for _kill in range(KILLS):
        program = command.start("keys", "rotate", KEY, "--copied")
        time.sleep(dice.uniform(0.2, 2.0))
        program.kill()
        program.communicate()
        key_of(database, settings)
    done = command.run("keys", "rotate", KEY, "--copied")
    assert done.returncode == 0, done.stderr
    assert (keys / "index.2.key").exists()
    assert bytes(key_of(database, settings).index) == load_vault(keys).index != VAULT.index
    _between_rows_and_name(database, settings)
    assert command.run("keys", "destroy", "index.key").returncode == 1
    gone = operator(settings, DAY).run("keys", "destroy", "index.key")
    assert gone.returncode == 0, gone.stderr
    try:
        node.start()
        vault = load_vault(keys)
        load = Load([node.url], families[2:], offset, clients=1, vault=vault).start()
        load.finish()
        assert not load.statuses[500], load.statuses
        oracle.check(database, families, ahead=True)
    finally:
        node.stop()


def _between_rows_and_name(database: Database, settings: Settings) -> None:
    """Killed after the last row, before the file has its name: nothing starts, and it goes on."""
    command, keys = operator(settings), settings.key_dir
    (keys / "index.2.key").rename(keys / "index.2.next.key")
    refused = command.run("coupons", "status")
    assert refused.returncode == 1
    assert "portal keys rotate index --copied" in sentence(refused)
    assert "1" in command.run("keys", "status").stdout
    assert command.run("keys", "destroy", "index.key").returncode == 1
    assert command.run("keys", "rotate", KEY).returncode == 0
    assert (keys / "index.2.key").exists()
    key_of(database, settings)
