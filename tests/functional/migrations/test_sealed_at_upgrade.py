"""An upgrade from a version without a chain seals every event that is there."""

from pathlib import Path

from sqlalchemy import Engine, func, select

from portal.domain.foundation.audit.heads import load_signer, name_of
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.verifying import verify
from portal.platform.database import Database
from portal.platform.startup import upgrade
from portal.settings import Settings
from tests.support.databases.stored import FOLDER, Stored


def test_old_events_are_sealed_and_signed_at_the_upgrade(
    kept: Stored, old: Engine, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    for file in (FOLDER / kept.version / "keys").glob("*.key"):
        (keys / file.name).write_bytes(file.read_bytes())
    settings = Settings(
        program="demo",
        data_dir=tmp_path,
        key_dir=keys,
        environment="test",
        database_url=old.url.render_as_string(hide_password=False),
    )
    with old.connect() as connection:
        before = connection.scalar(select(func.count(AuditEvent.id)))
    assert upgrade(settings)
    signer = load_signer(keys)
    assert signer is not None
    with Database(old).read() as session:
        public = {name_of(signer.public_key): signer.public_key}
        found = verify(session, kept.now, public)
    assert found.is_whole
    assert (found.events, found.end.seq, found.waiting, found.heads) == (before, before, 0, 1)
    assert not upgrade(settings)
