"""The command line as a person runs it: another process, a data directory of its own."""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from portal.cli.context import Context
from portal.domain.foundation.audit.heads import make_signer
from portal.domain.foundation.vault import make_keys
from portal.settings import load_settings
from tests.support.programs import warm
from tests.support.programs.servers import PATIENCE, ROOT, clean_environment
from tests.support.proofs import codes, named, typed_when_asked


@dataclass
class CommandLine:
    """Runs ``portal`` commands against one database and data directory."""

    data_dir: Path
    database_url: str = ""
    program: str = "sample"
    language: str = "ja"
    extra: dict[str, str] = field(default_factory=dict)

    def set_up(self, tables: Path | None = None) -> None:
        """Make it a deployment in which nothing happened yet: keys, tables, and what ties them.

        The migrations are most of ``portal init``; they have tests of their own. So the tables are
        there before: those of ``database_url``, or a copy of a database file that has all
        (``sqlite_template``).
        """
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if tables is not None:
            made = Path(shutil.copyfile(tables, self.data_dir / "portal.sqlite3"))
            made.chmod(0o600)
        make_keys(self.data_dir / "keys")
        make_signer(self.data_dir / "keys")
        done = self.run("init")
        assert done.returncode == 0, done.stderr

    def environment(self) -> dict[str, str]:
        added = {
            "PORTAL_DATA_DIR": str(self.data_dir),
            "PORTAL_PROGRAM": self.program,
            "PORTAL_LANG": self.language,
            "PYTHONPATH": str(ROOT),
        }
        if self.database_url:
            added["PORTAL_DATABASE_URL"] = self.database_url
        return clean_environment(**added, **self.extra)

    def start(self, *arguments: object, disk: int | None = None) -> warm.Program:
        """Start a command; the people that it names type their codes."""
        words, typed = self.typed(*arguments)
        return warm.start("portal", *words, env=self.environment(), disk=disk, typed=typed)

    def typed(self, *arguments: object) -> tuple[list[str], str]:
        """The words of a command, and what its people type on standard input."""
        words, lines = typed_when_asked([str(one) for one in arguments])
        if not named(words):
            return words, lines
        context = Context(load_settings(self.environment()))
        try:
            return [*words, "--codes-fd", "0"], lines + codes(context, words)
        finally:
            context.database().engine.dispose()

    def run(self, *arguments: object, disk: int | None = None) -> subprocess.CompletedProcess[str]:
        program = self.start(*arguments, disk=disk)
        out, err = program.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(program.args, program.wait(), out, err)


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a failed command: its last line, after no traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip().splitlines()[-1]
