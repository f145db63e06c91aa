"""Makes keys and tables on the first start; later ones check that all belong together."""

import logging
from contextlib import closing, suppress
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.heads import load_signer, make_signer
from portal.domain.foundation.audit.queries import last_head
from portal.domain.foundation.audit.sealing import Sealer
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.checks.findings import Level
from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.deployment import (
    check_keys,
    check_program_belongs,
    complete,
    deployment,
    keep_deployment,
    rename,
    sealed_by,
)
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, load_vault
from portal.domain.foundation.work import Work, WorkSource
from portal.platform.append_only import close_ledgers
from portal.platform.database import Database, make_folder, opened
from portal.platform.disposed import refuse_disposed, refuse_disposed_data
from portal.platform.key_files import has_keys, make_first_keys
from portal.platform.migrations import create_tables, oldest_program, upgrade_tables
from portal.platform.roles import renew_grants
from portal.platform.schema import Schema, State, file_missing, read_schema, refuse, require_current
from portal.platform.selfcheck import findings as selfcheck
from portal.platform.selfcheck.registry import AT_START, run
from portal.platform.selfcheck.subject import Subject
from portal.settings import Settings

LOG = logging.getLogger("portal.start")


def initialize(settings: Settings) -> list[str]:
    """Make the keys and tables of a new deployment and return what was made, in sentences.

    Once they are made this only checks that program, keys and database belong together.

    Raises:
        InputError: the database holds other tables, or older ones; or another program's.
        IntegrityFaultError: the keys are not those of this database.
    """
    done: list[str] = []
    program = load_program(settings.program)
    make_folder(settings.database_url)
    with opened(settings.database_url) as database:
        refuse_disposed_data(database.engine)
        with database.engine.connect() as connection:
            schema = read_schema(connection)
        if schema.state is not State.EMPTY and not schema.is_usable:
            refuse(schema)
        if schema.state is State.EMPTY and not has_keys(settings):
            done.append(make_first_keys(settings))
        vault = load_vault(settings.key_dir)
        if create_tables(database.engine):
            with suppress(OSError):  # keys that somebody else keeps; the self-check says so
                make_signer(settings.key_dir)
            done.append(_s("データベースの表を用意しました。"))
        with database.write() as session:
            _tie(session, program, vault)
    return done


def _tie(session: Session, program: Program, vault: Vault) -> None:
    """Record, once, to what this database belongs; later check it."""
    if (known := deployment(session)) is not None:
        check_keys(known, vault)
        check_program_belongs(known, program)
        return
    row = Deployment(
        program=program.name,
        key_check=sealed_by(vault),
        created_at=datetime.now(UTC),
        oldest_program=oldest_program(),
    )
    complete(row, program, vault)
    keep_deployment(session, row)


def upgrade(settings: Settings) -> bool:
    """Bring the tables of a deployment to this version; return whether anything was missing.

    Raises:
        InputError: no tables yet, or not ours; or the upgrade failed and nothing has changed.
        IntegrityFaultError: the keys are not those of this database.
    """
    program = load_program(settings.program)
    with opened(settings.database_url) as database:
        if file_missing(database.engine):
            refuse(Schema(State.EMPTY))
        refuse_disposed_data(database.engine)
        upgraded = upgrade_tables(database.engine)
        renew_grants(database.engine)
        with database.engine.begin() as connection:
            close_ledgers(connection)  # also where nothing was missing but triggers
        vault = load_vault(settings.key_dir)
        with database.write() as session:
            if (known := deployment(session)) is not None:
                check_keys(known, vault)
                complete(known, program, vault, settings.program)
                check_program_belongs(known, program)
        _seal_what_is_there(settings, database, vault, program)
    return upgraded


def _seal_what_is_there(
    settings: Settings, database: Database, vault: Vault, program: Program
) -> None:
    """Seal the events of before there was a chain, and sign its first head.

    The key that signs is made once. Another machine's database has heads already: there the key is
    brought along, and a second one would only make its heads doubtful.
    """
    clock = DatabaseClock(settings.clock_offset)
    source = WorkSource(database.read, database.write, vault, clock, SYSTEM, program)
    with source.reading() as work:
        first = last_head(work.session) is None
    signer = make_signer(settings.key_dir) if first else load_signer(settings.key_dir)
    sealer = Sealer(source, signer)
    while sealer.step():
        pass
    sealer.sign(at_once=first)


def check_tables_and_keys(settings: Settings, *, moving: bool = False) -> None:
    """Refuse a database that is missing, or has other tables, keys or another program.

    ``moving`` is for commands that bring a database to another search key.

    Raises:
        DisposedError: the data were disposed of.
        InputError: what is wrong and the command to run; or no keys.
        IntegrityFaultError: the keys belong to another database.
    """
    with opened(settings.database_url) as database:
        require_current(database.engine)
        with database.read() as session:
            refuse_disposed(session)
            vault = load_vault(settings.key_dir)
            if (known := deployment(session)) is not None:
                check_keys(known, vault, moving=moving)
                check_program_belongs(known, load_program(settings.program))


def rename_program_of(settings: Settings, former: str) -> None:
    """Record, with an audit event, that the program of this database has another name now.

    Raises:
        InputError: the database cannot be used, or ``former`` is not the recorded name.
        IntegrityFaultError: the keys belong to another database.
    """
    program = load_program(settings.program)
    with opened(settings.database_url) as database:
        require_current(database.engine)
        refuse_disposed_data(database.engine)
        vault = load_vault(settings.key_dir)
        with database.write() as session:
            if (known := deployment(session)) is None:
                refuse(Schema(State.EMPTY))
            check_keys(known, vault)
            rename(known, program, former)
            now = DatabaseClock(settings.clock_offset).now(session)
            work = Work(session, vault, program, SYSTEM, now)
            record(work, "program.renamed", "deployment", 1)


def check_prepared(settings: Settings) -> None:
    """Refuse to start a site where something does not belong together or is dangerous.

    Raises:
        InputError: what is wrong and the command to run.
        IntegrityFaultError: the keys belong to another database.
    """
    check_tables_and_keys(settings)
    doubts = _contradictions_refused(settings)
    refuse_danger(settings)
    _log(doubts)


def refuse_danger(settings: Settings) -> None:
    """Refuse to start where a check that is made at the start finds an error.

    Raises:
        InputError: the errors and the next steps, one line each.
    """
    with closing(Subject(settings)) as subject:
        found = [one for one in run(subject, AT_START) if one.level is selfcheck.Level.ERROR]
    if found:
        raise InputError(
            _s("このままでは危険なため、起動しません。")
            + "".join(f"\n- {one.sentence} {one.advice}" for one in found)
        )


def check_program_at_start(settings: Settings) -> None:
    """Refuse to start with a program that contradicts itself.

    Warnings are logged.

    Raises:
        InputError: the contradictions, one sentence each.
    """
    _log(_contradictions_refused(settings))


def _contradictions_refused(settings: Settings) -> list[str]:
    """Return what is only doubtful in the program, to be logged when nothing else is refused.

    Raises:
        InputError: the contradictions, one sentence each.
    """
    findings = check_program(load_program(settings.program))
    errors = [finding.sentence for finding in findings if finding.level is Level.ERROR]
    if errors:
        raise InputError(
            _s("事業の設定が矛盾しているため、起動しません。") + "\n- " + "\n- ".join(errors)
        )
    return [finding.sentence for finding in findings if finding.level is Level.WARNING]


def _log(doubts: list[str]) -> None:
    for sentence in doubts:
        LOG.warning("program: %s", sentence)
