"""The first start: data directory, keys, tables; later starts check that program, keys and database belong together."""

import logging
import secrets
from datetime import UTC, datetime

from sqlalchemy import inspect

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.checks import check_program
from portal.domain.foundation.program.deployment import deployment, keep_deployment
from portal.domain.foundation.program.findings import Level
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import load_vault, make_keys, seal, unseal
from portal.platform.database import Database, make_engine
from portal.platform.migrations import upgrade
from portal.settings import Settings

CHECK_CONTEXT = b"deployment"
LOG = logging.getLogger("portal.start")


def prepare(settings: Settings) -> list[str]:
    """Make what is missing and return what was done, in sentences.

    Raises:
        InputError: the keys are not those of this database.
    """
    said: list[str] = []
    database = Database(make_engine(settings.database_url))
    fresh = not inspect(database.engine).has_table(Deployment.__tablename__)
    if fresh and not any(settings.key_dir.glob("*.key")):
        make_keys(settings.key_dir)
        said.append(
            _s(
                "新しい鍵を作りました: %(folder)s（バックアップとは別の場所に、大切に保管してください）"
            )
            % {"folder": settings.key_dir}
        )
    vault = load_vault(settings.key_dir)
    if upgrade(database.engine):
        said.append(_s("データベースの表を用意しました。"))
    with database.write() as session:
        known = deployment(session)
        if known is None:
            check = seal(vault.kek, secrets.token_bytes(16), CHECK_CONTEXT)
            keep_deployment(session, settings.program, check, datetime.now(UTC))
        else:
            unseal(vault.kek, known.key_check, CHECK_CONTEXT)
    database.engine.dispose()
    return said


def check_prepared(settings: Settings) -> None:
    """Refuse to start a site on a database that is not there, or with keys that are not its own.

    Raises:
        InputError: no tables yet, or no keys.
        IntegrityFaultError: the keys belong to another database.
    """
    database = Database(make_engine(settings.database_url))
    try:
        if not inspect(database.engine).has_table(Deployment.__tablename__):
            raise InputError(
                _s("データベースの用意ができていません。さきに「portal init」を実行してください。")
            )
        vault = load_vault(settings.key_dir)
        with database.read() as session:
            known = deployment(session)
            if known is not None:
                unseal(vault.kek, known.key_check, CHECK_CONTEXT)
    finally:
        database.engine.dispose()
    check_program_at_start(settings)


def check_program_at_start(settings: Settings) -> None:
    """Refuse to start with a program that contradicts itself; what is only doubtful goes to the log, in words.

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
