"""Makes keys and tables on the first start; later ones check that all belong together."""

import logging
import secrets
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.checks.findings import Level
from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.deployment import deployment, keep_deployment
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, load_vault, make_keys, seal, unseal
from portal.platform.database import Database, make_engine, make_folder
from portal.platform.migrations import create_tables, oldest_program, upgrade_tables
from portal.platform.roles import renew_grants
from portal.platform.schema import Schema, State, file_missing, read_schema, refuse, require_current
from portal.settings import Settings

CHECK_CONTEXT = b"deployment"
LOG = logging.getLogger("portal.start")


def initialize(settings: Settings) -> list[str]:
    """Make the keys and tables of a new deployment and return what was made, in sentences.

    Once they are made this only checks that program, keys and database belong together.

    Raises:
        InputError: the database holds other tables, or older ones.
        IntegrityFaultError: the keys are not those of this database.
    """
    done: list[str] = []
    make_folder(settings.database_url)
    database = Database(make_engine(settings.database_url))
    try:
        with database.engine.connect() as connection:
            schema = read_schema(connection)
        if schema.state is not State.EMPTY and not schema.is_usable:
            refuse(schema)
        if schema.state is State.EMPTY and not any(settings.key_dir.glob("*.key")):
            make_keys(settings.key_dir)
            done.append(
                _s(
                    "新しい鍵を作りました: %(folder)s（バックアップとは別の場所に、"
                    "大切に保管してください）"
                )
                % {"folder": settings.key_dir}
            )
        vault = load_vault(settings.key_dir)
        if create_tables(database.engine):
            done.append(_s("データベースの表を用意しました。"))
        with database.write() as session:
            if deployment(session) is None:
                _keep_deployment(session, settings.program, vault)
            else:
                _check_keys(session, vault)
    finally:
        database.engine.dispose()
    return done


def upgrade(settings: Settings) -> bool:
    """Bring the tables of a deployment to this version; return whether anything was missing.

    Raises:
        InputError: no tables yet, or not ours; or the upgrade failed and nothing has changed.
        IntegrityFaultError: the keys are not those of this database.
    """
    database = Database(make_engine(settings.database_url))
    try:
        if file_missing(database.engine):
            refuse(Schema(State.EMPTY))
        upgraded = upgrade_tables(database.engine)
        renew_grants(database.engine)
        with database.read() as session:
            _check_keys(session, load_vault(settings.key_dir))
    finally:
        database.engine.dispose()
    return upgraded


def check_tables_and_keys(settings: Settings) -> None:
    """Refuse a database that is missing, has other tables, or was written with other keys.

    Raises:
        InputError: what is wrong and the command to run; or no keys.
        IntegrityFaultError: the keys belong to another database.
    """
    database = Database(make_engine(settings.database_url))
    try:
        require_current(database.engine)
        with database.read() as session:
            _check_keys(session, load_vault(settings.key_dir))
    finally:
        database.engine.dispose()


def check_prepared(settings: Settings) -> None:
    """Refuse to start a site on another database, with other keys or with a contradictory program.

    Raises:
        InputError: what is wrong and the command to run.
        IntegrityFaultError: the keys belong to another database.
    """
    check_tables_and_keys(settings)
    check_program_at_start(settings)


def _keep_deployment(session: Session, program: str, vault: Vault) -> None:
    check = seal(vault.kek, secrets.token_bytes(16), CHECK_CONTEXT)
    now = datetime.now(UTC)
    row = Deployment(
        program=program, key_check=check, created_at=now, oldest_program=oldest_program()
    )
    keep_deployment(session, row)


def _check_keys(session: Session, vault: Vault) -> None:
    known = deployment(session)
    if known is not None:
        unseal(vault.kek, known.key_check, CHECK_CONTEXT)


def check_program_at_start(settings: Settings) -> None:
    """Refuse to start with a program that contradicts itself.

    Warnings are logged.

    Raises:
        InputError: the contradictions, one sentence each.
    """
    findings = check_program(load_program(settings.program))
    errors = [finding.sentence for finding in findings if finding.level is Level.ERROR]
    for finding in findings:
        if finding.level is Level.WARNING:
            LOG.warning("program: %s", finding.sentence)
    if errors:
        raise InputError(
            _s("事業の設定が矛盾しているため、起動しません。") + "\n- " + "\n- ".join(errors)
        )
