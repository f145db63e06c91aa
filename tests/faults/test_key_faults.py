"""Another master key, pepper and signing key while families decline; the command is killed."""

import random
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from portal.domain.foundation.actors import Role
from portal.domain.foundation.vault import load_vault
from portal.domain.letters.letters.models import TestAddress
from portal.domain.oversight.keys.sealing_anew import places, still_under_earlier
from portal.domain.tables import metadata
from portal.platform.database import Database
from portal.platform.startup import initialize
from portal.settings import Settings
from tests.support.coupons import VAULT
from tests.support.faults import oracle
from tests.support.faults.load import Load, add_families
from tests.support.faults.nodes import Node, offset_from
from tests.support.programs.command import CommandLine
from tests.support.resident import NOON, make_settings
from tests.support.staff import hire

ROWS, FAMILIES = 12_000, 12
LATER = timedelta(hours=13)


@dataclass
class Deployment:
    """A database with many sealed rows, its keys, a site and its operator."""

    database: Database
    settings: Settings
    folder: Path
    offset: timedelta

    @property
    def keys(self) -> set[str]:
        return {path.name for path in self.settings.key_dir.glob("*.key")}

    def operator(self, ahead: timedelta = timedelta()) -> CommandLine:
        extra = {
            "PORTAL_ENVIRONMENT": "test",
            "PORTAL_CLOCK_OFFSET": str((self.offset + ahead).total_seconds()),
        }
        return CommandLine(
            self.folder, self.settings.database_url, self.settings.program, extra=extra
        )

    def left(self) -> dict[str, int]:
        with self.database.read() as session:
            vault = load_vault(self.settings.key_dir)
            return still_under_earlier(session.connection(), vault, places(metadata.tables))


@pytest.fixture
def deployment(database: Database, database_url: str, tmp_path: Path) -> Deployment:
    settings = replace(make_settings(tmp_path), database_url=database_url)
    initialize(settings)
    colleague = hire(database, NOON, Role.ADMINISTRATOR, "keeper")
    with database.write() as session:
        session.execute(
            insert(TestAddress),
            [
                {
                    "wrapped_key": VAULT.new_data_key()[1],
                    "state": "active",
                    "created_at": NOON,
                    "created_by": colleague.id,
                }
                for _row in range(ROWS)
            ],
        )
    return Deployment(database, settings, tmp_path, offset_from())


def test_a_key_is_replaced_under_load_though_the_command_is_killed(
    deployment: Deployment, dice: random.Random
) -> None:
    settings, operator = deployment.settings, deployment.operator()
    families = add_families(deployment.database, deployment.folder, FAMILIES, NOON)
    log = deployment.folder / "node.log"
    node = Node(settings, settings.database_url, log, deployment.offset, workers=1)
    try:
        node.start()
        load = Load([node.url], families[: FAMILIES // 2], deployment.offset, clients=2).start()
        for name in ("kek", "pepper", "token"):
            assert operator.run("keys", "rotate", name).returncode == 0
            assert {f"{name}.key", f"{name}.2.next.key"} <= deployment.keys
            assert "--copied" in operator.run("keys", "rotate", name).stdout
        assert deployment.left() == {}
        for name in ("kek", "pepper", "kek"):
            program = operator.start("keys", "rotate", name, "--copied")
            time.sleep(dice.uniform(0.1, 1.2))
            program.kill()
            program.communicate()
        for name in ("kek", "pepper", "token"):
            done = operator.run("keys", "rotate", name, "--copied")
            assert done.returncode == 0, done.stderr
        load.finish()
        assert not load.statuses[500], load.statuses
        assert not load.statuses[403], load.statuses
        oracle.check(deployment.database, families)
        _destroy(deployment)
        vault = load_vault(settings.key_dir)
        load = Load([node.url], families[FAMILIES // 2 :], deployment.offset, 2, vault=vault)
        load.start().finish()
        assert not load.statuses[500], load.statuses
        oracle.check(deployment.database, families, ahead=True)
    finally:
        node.stop()
    assert deployment.left() == {}


def _destroy(deployment: Deployment) -> None:
    """The first keys go, but not before the sessions of their time have ended."""
    early = deployment.operator().run("keys", "destroy", "kek.key")
    assert early.returncode == 1
    assert "kek.key" in deployment.keys
    assert deployment.operator().run("keys", "rotate", "kek").returncode == 0
    assert deployment.left() == {}
    later = deployment.operator(LATER)
    refused = later.run("keys", "destroy", "pepper.key")
    assert refused.returncode == 1
    assert "credential.password_hash" in later.run("keys", "status").stdout
    assert "pepper.key" in deployment.keys
    for name in ("kek.key", "token.key"):
        done = later.run("keys", "destroy", name)
        assert done.returncode == 0, done.stderr
    assert not {"kek.key", "token.key"} & deployment.keys
    status = later.run("keys", "status").stdout
    assert "kek.2.key" in status
    assert "kek.key" not in status


def test_a_key_that_rows_still_need_is_not_destroyed(deployment: Deployment) -> None:
    operator, later = deployment.operator(), deployment.operator(LATER)
    assert operator.run("keys", "rotate", "kek").returncode == 0
    coming = deployment.settings.key_dir / "kek.2.next.key"
    coming.rename(deployment.settings.key_dir / "kek.2.key")
    refused = later.run("keys", "destroy", "kek.key")
    assert refused.returncode == 1
    assert "kek.key" in deployment.keys
    assert f"test_address.wrapped_key: {ROWS:,}" in later.run("keys", "status").stdout
