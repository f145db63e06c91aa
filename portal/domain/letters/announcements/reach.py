"""The channel by which a household is informed: its proven SMS or email address, if any."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState


class Medium(Labeled):
    """How an announcement reaches a household, as the delivery log names it."""

    SMS = "sms", lambda: _s("SMS")
    EMAIL = "email", lambda: _s("メール")
    CARD = "card", lambda: _s("カード（郵便）")
    CALL = "call_back", lambda: _s("折り返しの電話")


SMS, EMAIL, CARD, CALL = Medium
# Built once: building a statement costs more than sending it, and every submitted request uses it.
_PROVEN = (
    select(OtpAuthenticator, Credential.locale)
    .join(Credential, Credential.id == OtpAuthenticator.credential_id)
    .where(
        Credential.household_id == bindparam("household_id"),
        Credential.state == bindparam("state"),
        OtpAuthenticator.state == SourceState.CONFIRMED,
        OtpAuthenticator.kind.in_((SMS, EMAIL)),
    )
    .order_by(Credential.id.desc(), OtpAuthenticator.kind.desc())
    .limit(1)
)


class Reach(Struct, frozen=True):
    """The channel by which a household receives one-time codes as messages, and its language.

    ``row`` is None without such a channel.
    """

    row: OtpAuthenticator | None
    locale: str


def reach(session: Session, household_id: int) -> Reach:
    """Return the proven SMS or email channel of a household's active account (SMS first).

    An app gives codes without an address; nothing is written to a locked, suspended or replaced
    account.
    """
    return _reach(session, household_id, CredentialState.ACTIVE)


def reach_of_replaced(session: Session, household_id: int) -> Reach:
    """Return the proven channel of the last replaced account, until the new one is in use.

    Only to inform its owner of the new letter, which the owner asked for from this account.
    """
    return _reach(session, household_id, CredentialState.SUPERSEDED)


def _reach(session: Session, household_id: int, state: CredentialState) -> Reach:
    found = session.execute(_PROVEN, {"household_id": household_id, "state": state}).first()
    return (
        Reach(None, SOURCE_LOCALE) if found is None else Reach(found[0], found[1] or SOURCE_LOCALE)
    )


def reach_by(credential: Credential, sources: Iterable[OtpAuthenticator]) -> Reach:
    """Return the same as ``reach``, from an account and its code sources already loaded."""
    if credential.state == CredentialState.ACTIVE:
        for kind in (SMS, EMAIL):
            for source in sources:
                if source.kind == kind and source.state == SourceState.CONFIRMED:
                    return Reach(source, credential.locale or SOURCE_LOCALE)
    return Reach(None, SOURCE_LOCALE)
