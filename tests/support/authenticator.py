"""A device that makes passkeys and answers with them, without a browser around it."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN, HOST = "http://localhost", "localhost"
PRESENT, VERIFIED, COPIED, ATTESTED = 0x01, 0x04, 0x18, 0x40


def text_of(raw: bytes) -> str:
    """Return bytes as browsers write them."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Return what a browser wrote as text."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Answering:
    """How a device answers: where it believes to be, whether its owner was checked, its count.

    ``copied``: whoever keeps its keys copies them to other devices.
    """

    origin: str = ORIGIN
    host: str = HOST
    verified: bool = True
    present: bool = True
    count: int | None = None
    copied: bool = False

    def data(self, count: int, more: bytes = b"", flags: int = 0) -> bytes:
        """Return what a device signs of itself."""
        flags |= PRESENT * self.present | VERIFIED * self.verified | COPIED * self.copied
        host = hashlib.sha256(self.host.encode()).digest()
        return host + struct.pack(">BI", flags, count) + more

    def client(self, kind: str, challenge: str) -> bytes:
        """Return what a browser tells of the site."""
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()


HONEST = Answering()


@dataclass
class Device:
    """A device with one passkey; `counts` as old keys do, or not, as phones."""

    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    number: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    owner: bytes = b""
    count: int = 0

    def make(self, asked: dict[str, Any], how: Answering = HONEST) -> str:
        """Make the passkey that a site asks for; return what its form sends."""
        self.owner = bytes_of(asked["user"]["id"])
        point = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32) for one in (point.x, point.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        more = bytes(16) + struct.pack(">H", len(self.number)) + self.number + public
        data = how.data(self._counted(how), more, ATTESTED)
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = how.client("webauthn.create", asked["challenge"])
        return self._written(attestationObject=made, clientDataJSON=client)

    def answer(self, asked: dict[str, Any], how: Answering = HONEST) -> str:
        """Sign in to a site that asks; return what its form sends."""
        data = how.data(self._counted(how))
        client = how.client("webauthn.get", asked["challenge"])
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._written(
            authenticatorData=data,
            clientDataJSON=client,
            signature=signature,
            userHandle=self.owner,
        )

    def _counted(self, how: Answering) -> int:
        if how.count is not None:
            return how.count
        self.count += self.counts
        return self.count

    def _written(self, **response: bytes) -> str:
        number = text_of(self.number)
        said = {name: text_of(value) for name, value in response.items()}
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": said})

    def copied(self, **changed: Any) -> "Device":
        """Return a copy of the device, perhaps with something changed."""
        return replace(self, **changed)
