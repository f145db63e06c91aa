"""Read which reserve sites are on, and when they were."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.vault import Vault, unseal_json
from portal.domain.people.sites.models import SiteSwitch
from portal.domain.people.sites.states import SwitchState

HISTORY = 20


def is_on(session: Session, site: str, now: datetime) -> bool:
    """Return whether a reserve site is switched on at an instant (UTC)."""
    return switched_on(session, site, now) is not None


def switched_on(session: Session, site: str, now: datetime) -> SiteSwitch | None:
    """Return the current period of a reserve site; None if it is off."""
    return session.scalar(
        select(SiteSwitch).where(
            SiteSwitch.site == site, SiteSwitch.state == SwitchState.ON, SiteSwitch.ends_at > now
        )
    )


def history(session: Session) -> list[SiteSwitch]:
    """Return the latest periods in which any site was on, newest first."""
    return list(
        session.scalars(
            select(SiteSwitch)
            .order_by(SiteSwitch.on_at.desc(), SiteSwitch.id.desc())
            .limit(HISTORY)
        )
    )


def reason_of(vault: Vault, row: SiteSwitch) -> str:
    """Decrypt the reason why a site was switched on."""
    stored = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, f"site_switch:{row.site}")
    return str(stored.get("reason", ""))
