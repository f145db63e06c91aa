"""A ward with twelve households, its keys, an identity, and an empty place beside it."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url, text

from portal.cli.main import portal as cli
from portal.platform.backups.identities import make_identity
from portal.platform.backups.manifest import Figures, figures_of
from portal.platform.database import opened
from portal.platform.startup import initialize
from portal.settings import Settings
from tests.support.mailroom.roster import Ward
from tests.support.programs.servers import free_port
from tests.support.resident import write_keys

OWNER = "汐子区 情報課"


@dataclass(frozen=True)
class Deployed:
    """A deployment that the command line works on."""

    settings: Settings
    recipient: str
    identity: Path

    @property
    def data(self) -> Path:
        return self.settings.data_dir

    def run(self, *words: object) -> Result:
        environment = {
            "PORTAL_DATA_DIR": str(self.data),
            "PORTAL_KEY_DIR": str(self.settings.key_dir),
            "PORTAL_DATABASE_URL": self.settings.database_url,
            "PORTAL_PROGRAM": self.settings.program,
            "PORTAL_BACKUP_DIR": str(self.settings.backup_dir),
            "PORTAL_BACKUP_RECIPIENTS": self.recipient,
            "PORTAL_BACKUP_OWNER": self.settings.backup_owner,
            "PORTAL_LANG": "ja",
            "PORTAL_ENVIRONMENT": self.settings.environment,
            "PORTAL_AUDIT_HEADS": str(self.settings.audit_heads or ""),
        }
        return CliRunner().invoke(cli, [str(word) for word in words], env=environment)

    def done(self, *words: object) -> Result:
        found = self.run(*words)
        assert found.exit_code == 0, found.output
        return found

    def refused(self, *words: object) -> str:
        """The sentence of a command that failed."""
        found = self.run(*words)
        assert found.exit_code == 1, found.output
        assert "Traceback" not in found.output
        return found.stderr.strip()

    def backup(self) -> Path:
        return Path(json.loads(self.done("backup", "--json").stdout)["file"])

    def figures(self) -> Figures:
        with opened(self.settings.database_url) as database, database.read() as session:
            return figures_of(session)

    def execute(self, *statements: str) -> None:
        with opened(self.settings.database_url) as database, database.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def by_several_hosts(self) -> "Deployed":
        """The same with an address that names another host before, of which nobody answers."""
        address = make_url(self.settings.database_url)
        url = f"{address.host}:{free_port()},{address.host}:{address.port}"
        several = re.sub(rf"{address.host}:{address.port}", url, self.settings.database_url)
        return replace(self, settings=replace(self.settings, database_url=several))

    def moved(self, data: Path, database_url: str, *, keys: bool = True) -> "Deployed":
        """The same deployment on another machine: its keys were carried there, nothing else."""
        key_dir = data.parent / f"{data.name}-keys"
        if keys:
            shutil.copytree(self.settings.key_dir, key_dir)
        settings = replace(self.settings, data_dir=data, key_dir=key_dir, database_url=database_url)
        return replace(self, settings=settings)


NewUrl = Callable[[bool], str]


@pytest.fixture
def deployed(new_database: NewUrl, tmp_path: Path) -> Deployed:
    return deploy(new_database(False), tmp_path)


@pytest.fixture
def on_postgres(new_postgres: NewUrl, tmp_path: Path) -> Deployed:
    return deploy(new_postgres(False), tmp_path)


def deploy(database_url: str, tmp_path: Path) -> Deployed:
    data = tmp_path / "live" / "data"
    settings = Settings(
        program="sample",
        data_dir=data,
        key_dir=write_keys(data / "keys"),
        environment="test",
        database_url=database_url,
        backup_dir=tmp_path / "backups",
        backup_owner=OWNER,
    )
    initialize(settings)
    with opened(settings.database_url) as database:
        Ward(database, tmp_path / "extracts").hand_over()
    (data / "letters" / "run-001").mkdir(parents=True)
    (data / "letters" / "run-001" / "letters-001-0001.pdf").write_bytes(b"%PDF-1.7 a letter")
    (data / "letters" / "名簿 の控え.txt").write_text("控え", "utf-8")
    identity = tmp_path / "identity"
    return Deployed(settings, make_identity(identity), identity)


@pytest.fixture
def elsewhere(deployed: Deployed, new_database: NewUrl, tmp_path: Path) -> Deployed:
    """An empty machine with the keys."""
    return deployed.moved(tmp_path / "elsewhere", new_database(False))
