"""Populated databases of each release, kept so that every later program is tried on them.

`./run release` plays on both databases and stores them under the version to be released, with its
newest migration. What is stored is never made anew: it is what that release wrote, with keys that
are for tests alone.
"""

import json
import lzma
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from portal.domain.foundation.vault import Vault, load_vault
from portal.platform.schema import revisions
from tests.support.databases.played import Played, play
from tests.support.people import Person
from tests.support.programs.postgres_server import postgres
from tests.support.programs.servers import ROOT
from tests.support.resident import NOON

FOLDER = ROOT / "tests" / "stored"
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Stored:
    """One release's database on one engine, with what its people know."""

    version: str
    engine: str
    facts: dict[str, Any] = field(repr=False)

    @property
    def now(self) -> datetime:
        """The instant at which everything was played."""
        return datetime.fromisoformat(self.facts["now"])

    @property
    def revision(self) -> str:
        """The newest migration of the release."""
        return str(self.facts["revision"])

    @property
    def vault(self) -> Vault:
        """The keys."""
        return load_vault(FOLDER / self.version / "keys")

    def person(self, name: str) -> Person:
        """A family: ``active`` has an app for its codes, ``fresh`` has just got its letter."""
        known = self.facts[name]
        return Person(**(known | {"birth": date.fromisoformat(known["birth"])}))

    def restore(self, url: str) -> None:
        """Fill an empty database."""
        packed = FOLDER / self.version / f"{self.engine}.xz"
        content = lzma.decompress(packed.read_bytes())
        if self.engine == "sqlite":
            Path(make_url(url).database or "").write_bytes(content)
            return
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            connection.execute(sql.SQL(content.decode()))


def versions() -> list[str]:
    """Return the releases of which databases are stored, oldest first."""
    found = [path.name for path in FOLDER.iterdir() if (path / "keys").is_dir()]
    return sorted(found, key=lambda name: [int(part) for part in name.split(".")])


def stored(version: str, engine: str) -> Stored:
    """Return what is known of a stored database."""
    facts = json.loads((FOLDER / version / f"{engine}.json").read_text("utf-8"))
    return Stored(version, engine, facts)


def revision_of(version: str, clone: Path = ROOT) -> str:
    """Return the newest migration of a release, as it was noted with its database."""
    known = clone / FOLDER.relative_to(ROOT) / version / f"{ENGINES[0]}.json"
    return str(json.loads(known.read_text("utf-8"))["revision"])


def store(version: str) -> None:
    """Play on both databases and keep them under a version."""
    target = FOLDER / version
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name, postgres(_quietly) as environment:
        for engine in ENGINES:
            folder = Path(name) / engine
            folder.mkdir()
            url = f"sqlite:///{folder}/portal.sqlite3"
            if engine == "postgresql":
                url = environment["PORTAL_TEST_POSTGRES_URL"]
            played = play(url, folder)
            played.site.database.engine.dispose()
            content = _sqlite(url) if engine == "sqlite" else _postgres(url)
            (target / f"{engine}.xz").write_bytes(lzma.compress(content, preset=9))
            (target / f"{engine}.json").write_text(_facts(played), "utf-8")
            shutil.copytree(folder / "keys", target / "keys", dirs_exist_ok=True)


@contextmanager
def _quietly(_text: str) -> Iterator[None]:
    yield


def _facts(played: Played) -> str:
    known = {
        "stored_at": datetime.now(UTC).date().isoformat(),
        "revision": revisions()[-1],
        "now": NOON.isoformat(),
        "active": asdict(played.active),
        "fresh": asdict(played.fresh),
        "staff": {
            person.login: {"password": person.password, "totp_secret": person.totp_secret}
            for person in played.stage.staff
        },
    }
    return json.dumps(known, ensure_ascii=False, indent=1, default=str) + "\n"


def _sqlite(url: str) -> bytes:
    path = Path(make_url(url).database or "")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("VACUUM")
    connection.close()
    return path.read_bytes()


def _postgres(url: str) -> bytes:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = ["--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges"]
    done = subprocess.run(
        ["pg_dump", *options, f"--dbname={plain}"], capture_output=True, check=True, text=True
    )
    # a line with a backslash is for psql alone; an older server lacks the settings of a newer one
    unwanted = ("\\", "SET transaction_timeout", "SELECT pg_catalog.set_config('search_path'")
    lines = [line for line in done.stdout.splitlines() if not line.startswith(unwanted)]
    return "\n".join(lines).encode()
