"""Before a disposal the audit chain is compared with what the ward keeps: afterwards nobody can."""

from pathlib import Path

import pytest

from portal.domain.foundation.audit.heads import FILE, make_signer
from portal.domain.foundation.errors import InputError, IntegrityFaultError, WrongStateError
from portal.platform.database import Database
from portal.platform.disposing.steps import require_whole_chain
from portal.settings import Settings
from tests.support.chains import Chain


@pytest.fixture
def chain(database: Database, tmp_path: Path) -> Chain:
    """Three sealed events, whose signed head the ward has."""
    made = Chain(database, tmp_path)
    made.happen("act 1", "act 2", "act 3")
    made.seal()
    made.sign()
    return made


def require(chain: Chain, *public: str, environment: str = "production", ward: bool = True) -> None:
    settings = Settings(
        program="sample",
        data_dir=chain.folder,
        key_dir=chain.folder / "keys",
        environment=environment,
        audit_heads=chain.ward if ward else None,
    )
    with chain.database.read() as session:
        require_whole_chain(session, settings, chain.clock.instant, public)


def test_a_chain_that_runs_through_the_heads_of_the_ward_may_end(chain: Chain) -> None:
    require(chain)


@pytest.mark.parametrize("seal", ["DELETE FROM audit_seal WHERE seq = 3", "DELETE FROM audit_seal"])
def test_a_tail_that_was_cut_off_with_its_heads_stops_the_disposal(chain: Chain, seal: str) -> None:
    chain.as_administrator(
        "DELETE FROM audit_head", seal, "DELETE FROM audit_event WHERE action = 'act 3'"
    )
    with pytest.raises(IntegrityFaultError):
        require(chain)


def test_in_production_nothing_ends_without_heads_of_the_ward(chain: Chain) -> None:
    with pytest.raises(WrongStateError):
        require(chain, ward=False)
    (chain.ward / FILE).unlink()
    with pytest.raises(WrongStateError):
        require(chain)
    require(chain, environment="test", ward=False)


def test_a_file_of_the_ward_that_cannot_be_read_is_told_as_that(chain: Chain) -> None:
    (chain.ward / FILE).unlink()
    (chain.ward / FILE).mkdir()
    with pytest.raises(InputError, match="控え"):
        require(chain)


def test_heads_of_a_key_that_was_lost_count_by_the_public_key_that_the_ward_wrote_down(
    chain: Chain,
) -> None:
    before = chain.signer.public_key.hex()
    (chain.folder / "keys" / "audit.key").unlink()
    now = make_signer(chain.folder / "keys").public_key.hex()
    with pytest.raises(IntegrityFaultError):
        require(chain)
    require(chain, before, now)
