"""Reading which reserve sites are on, and when they were."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.vault import Vault, unseal_json
from portal.domain.people.sites.models import SiteSwitch
from portal.domain.people.sites.states import ON

HISTORY = 20


def is_on(session: Session, site: str, now: datetime) -> bool:
    """Tell whether a reserve site is switched on at this instant."""
    return switched_on(session, site, now) is not None


def switched_on(session: Session, site: str, now: datetime) -> SiteSwitch | None:
    """Return the running time of a reserve site; None where it is off."""
    return session.scalar(
        select(SiteSwitch).where(
            SiteSwitch.site == site, SiteSwitch.state == ON, SiteSwitch.ends_at > now
        )
    )


def history(session: Session) -> list[SiteSwitch]:
    """Return the latest times in which any site was on, the newest first."""
    return list(
        session.scalars(
            select(SiteSwitch)
            .order_by(SiteSwitch.on_at.desc(), SiteSwitch.id.desc())
            .limit(HISTORY)
        )
    )


def reason_of(vault: Vault, row: SiteSwitch) -> str:
    """Open why a site was switched on."""
    said = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, f"site_switch:{row.site}")
    return str(said.get("reason", ""))
