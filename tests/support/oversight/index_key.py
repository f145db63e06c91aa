"""A database whose search key is replaced, with its keys in a folder of their own."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from portal.domain.foundation.program.deployment import complete, keep_deployment, sealed_by
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.vault import Vault, load_vault, noting_what_is_opened
from portal.domain.oversight.keys.another_index import renew_digests
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.passwords import HashPool
from portal.domain.people.authn.throttles import UNKNOWN_DEVICE
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.looks import names_somebody
from portal.domain.people.signin import attempt
from portal.domain.tables import metadata
from portal.platform.database import Database
from portal.platform.key_rotation import Folder
from tests.support.coupons import VAULT
from tests.support.resident import NOON
from tests.support.sample_ward import sample_program
from tests.support.work import work_in

ADDRESS = "192.0.2.7"
DIGESTS = (
    "household.number_digest",
    "child.person_digest",
    "coupon.management_digest",
    "coupon.code_digest",
    "credential.login_digest",
    "otp_authenticator.address_digest",
    "passkey.key_digest",
)


@dataclass
class Deployed:
    """A database that knows its keys, and the keys in a folder of their own."""

    database: Database
    folder: Folder

    def __post_init__(self) -> None:
        vault = self.vault
        row = Deployment(program="sample", key_check=sealed_by(vault), created_at=NOON)
        complete(row, sample_program(), vault)
        with self.database.write() as session:
            keep_deployment(session, row)

    @property
    def vault(self) -> Vault:
        return replace(load_vault(self.folder.folder), password_cost=VAULT.password_cost)

    def replace_key(self) -> int:
        """Replace the search key; return how many digests were made anew."""
        coming = self.folder.coming or self.folder.begin()
        with noting_what_is_opened() as opened, self.database.write() as session:
            work = work_in(session, now=NOON, vault=self.vault)
            name = f"index.{coming.number}.key"
            done = renew_digests(work, coming.read(), name, lambda *_step: None)
        assert not names_somebody(opened)
        self.folder.promote()
        return done.sealed_anew

    def forget(self) -> None:
        """Take the key of before away."""
        self.folder.destroy("index.key")

    def values(self) -> dict[str, list[object]]:
        """What stands in every column of digests."""
        found = {}
        with self.database.read() as session:
            for name in DIGESTS:
                table, column = name.split(".")
                target = metadata.tables[table]
                found[name] = list(session.scalars(select(target.c[column]).order_by(target.c.id)))
        return found

    def try_password(self, login_id: str, password: str = "CDFG HJKL MNPQ") -> str | None:
        """Try to sign in from a browser that is not known; return the session's token."""
        return self.enter(login_id, password, None)

    def enter(self, login_id: str, password: str, device: str | None) -> str | None:
        vault, typed = self.vault, TypedLogin(login_id, password)
        with self.database.write() as session:
            visitor = attempt.Visitor(ADDRESS, device)
            tried = attempt.begin(work_in(session, now=NOON, vault=vault), typed, visitor)
        tried = tried.compared(HashPool(vault))
        with self.database.write() as session:
            signed = attempt.finish(work_in(session, now=NOON, vault=vault), tried, None)
        return signed.token if signed is not None else None

    def tries(self, login_id: str) -> int | None:
        """How many tries from unknown browsers are counted for an ID, in all."""
        key = UNKNOWN_DEVICE.of(login_digest(self.vault, login_id).hex()).stored_key
        with self.database.read() as session:
            return session.scalar(select(ThrottleBucket.total).where(ThrottleBucket.key == key))
