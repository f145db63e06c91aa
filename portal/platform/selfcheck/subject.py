"""What is checked: the parts of a deployment, opened when a check first asks for them."""

from functools import cached_property

from portal.domain.foundation.clock import Clock, DatabaseClock
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault, load_vault
from portal.platform.database import Database, make_engine
from portal.platform.schema import require_current
from portal.settings import Settings


class Subject:
    """Settings, program, database, keys and clock of a deployment; what was not given is opened.

    What cannot be opened raises its own ``DomainError``, which becomes a finding.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        program: Program | None = None,
        database: Database | None = None,
        vault: Vault | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or DatabaseClock(settings.clock_offset)
        self._program, self._database, self._vault = program, database, vault
        self._opened: Database | None = None

    @cached_property
    def program(self) -> Program:
        """The program."""
        return self._program or load_program(self.settings.program)

    @cached_property
    def vault(self) -> Vault:
        """The keys."""
        return self._vault or load_vault(self.settings.key_dir)

    @cached_property
    def database(self) -> Database:
        """The database; one with other tables is refused."""
        if self._database is not None:
            return self._database
        self._opened = Database(make_engine(self.settings.database_url))
        require_current(self._opened.engine)
        return self._opened

    def close(self) -> None:
        """Close what was opened here."""
        if self._opened is not None:
            self._opened.engine.dispose()
