"""What a browser is asked for a passkey, and whether its answer is right (W3C Web Authentication).

A device answers only for the site that it made the passkey for, after it made sure who holds it by
its own lock. The library is loaded with a process's first ceremony: it brings 5 MB along, and few
requests need it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.domain.people.authn.party import Party
from portal.domain.people.authn.passkeys import Key

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.helpers.structs import AuthenticationCredential
    from webauthn.registration.verify_registration_response import VerifiedRegistration

CHALLENGE_BYTES = 32
LONGEST_NUMBER = 1023
"""Bytes of a passkey's number at most, says the standard."""
ASKED_MS = 120_000
"""How long a browser waits for its device."""


@dataclass(frozen=True, slots=True)
class ToMake:
    """What a browser is told to make a passkey with.

    Attributes:
        name: What the device shows: the name of the site, and no name or number of a family.
        challenge: Random bytes, for one answer.
        owner: The account's number for devices.
        known: The numbers of the account's passkeys; a device that has one makes no second.
    """

    name: str
    challenge: bytes = field(repr=False)
    owner: bytes = field(repr=False)
    known: Iterable[bytes] = field(default=(), repr=False)


def ask_to_make(party: Party, asked: ToMake) -> str:
    """Return, as JSON, what a browser needs to make a passkey."""
    import webauthn  # noqa: PLC0415  (late: see the module)

    structs = webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=party.host,
        rp_name=asked.name,
        user_name=asked.name,
        user_id=asked.owner,
        challenge=asked.challenge,
        timeout=ASKED_MS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in asked.known],
    )
    return webauthn.options_to_json(options)


def ask_to_sign_in(party: Party, challenge: bytes) -> str:
    """Return, as JSON, what a browser needs to sign in with whichever passkey its owner chooses."""
    import webauthn  # noqa: PLC0415  (late: see the module)

    options = webauthn.generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        timeout=ASKED_MS,
        user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def _faults() -> tuple[type[Exception], ...]:
    """Return what the library raises for an answer that no device of ours made."""
    import webauthn  # noqa: PLC0415  (late: see the module)

    return (
        webauthn.helpers.exceptions.WebAuthnException,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that a device made, and what it counts."""

    number: bytes = field(repr=False)
    public: bytes = field(repr=False)
    sign_count: int
    bound: bool
    """Whether it stays on its device; others are copied to further ones by whoever keeps them."""


def made_by(party: Party, challenge: bytes, answer: str) -> Made | None:
    """Return the passkey that an answer tells of; None if it was not made here, now and in person.

    Who built the device is neither asked nor looked at.
    """
    import webauthn  # noqa: PLC0415  (late: see the module)

    try:
        made: VerifiedRegistration = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except _faults():
        return None
    if len(made.credential_id) > LONGEST_NUMBER:
        return None
    bound = (
        made.credential_device_type is webauthn.helpers.structs.CredentialDeviceType.SINGLE_DEVICE
    )
    return Made(made.credential_id, made.credential_public_key, made.sign_count, bound)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to ``ask_to_sign_in``, read and not yet believed."""

    number: bytes = field(repr=False)
    owner: bytes = field(repr=False)
    whole: "AuthenticationCredential" = field(repr=False)


def read_answer(answer: str) -> Answered | None:
    """Return what an answer says of its passkey; None if it is none."""
    import webauthn  # noqa: PLC0415  (late: see the module)

    try:
        read = webauthn.helpers.parse_authentication_credential_json(answer)
    except _faults():
        return None
    return Answered(read.raw_id, read.response.user_handle or b"", read)


def counted_by(
    party: Party, challenge: bytes, answered: Answered, key: Key, sign_count: int
) -> int | None:
    """Return what the device counts now; None unless this passkey answered here, now, in person.

    A device that counts must count more than at the last sign-in: else there is a copy of it.
    """
    import webauthn  # noqa: PLC0415  (late: see the module)

    try:
        verified: VerifiedAuthentication = webauthn.verify_authentication_response(
            credential=answered.whole,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=key.public,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except _faults():
        return None
    if answered.number != key.number or answered.owner != key.owner:
        return None
    return verified.new_sign_count
