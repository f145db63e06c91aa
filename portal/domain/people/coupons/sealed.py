"""How a coupon's secrets are stored: sealed with the batch's key, bound to their row."""

from dataclasses import dataclass

from portal.domain.foundation.vault import Vault, seal, seal_json, unseal, unseal_json
from portal.domain.people.coupons.qr import draw_png

GROUP = 4
PNG = b"\x89PNG"


@dataclass(frozen=True, slots=True, repr=False)
class CouponCode:
    """An opened code; ``shown`` is the number that people read out.

    It has no ``repr``: it is money.
    """

    url: str
    code: str
    pin: str
    management_no: str
    shown: str

    @property
    def grouped(self) -> str:
        """The shown number in groups of four, for the eye and the ear: 7K4P-9XQD-2MHT."""
        if "-" in self.shown:
            return self.shown
        return "-".join(self.shown[i : i + GROUP] for i in range(0, len(self.shown), GROUP))


def management_digest(vault: Vault, management_no: str) -> bytes:
    """Return the keyed digest by which a management number is found."""
    return vault.blind("coupon-number", management_no)


def code_digest(vault: Vault, code: str, url: str) -> bytes:
    """Return the keyed digest of what is worth money: the code, or the URL if there is no code."""
    return vault.blind("coupon-code", code or url)


def seal_code(key: bytes, digest: bytes, code: CouponCode) -> bytes:
    """Encrypt a code; ``digest`` (of its management number) binds it to its row."""
    value = [code.url, code.code, code.pin, code.management_no, code.shown]
    return seal_json(key, value, f"coupon:{digest.hex()}")


def unseal_code(key: bytes, digest: bytes, sealed: bytes) -> CouponCode:
    """Decrypt what ``seal_code`` made.

    Raises:
        IntegrityFaultError: another key, row or content.
    """
    return CouponCode(*unseal_json(key, sealed, f"coupon:{digest.hex()}"))


def seal_qr(key: bytes, digest: bytes, content: bytes) -> bytes:
    """Encrypt a QR: what it says, and once a family has seen it, its image."""
    return seal(key, content, b"coupon-qr:" + digest)


def unseal_qr(key: bytes, digest: bytes, sealed: bytes) -> bytes:
    """Decrypt what ``seal_qr`` made.

    Raises:
        IntegrityFaultError: another key, row or content.
    """
    return unseal(key, sealed, b"coupon-qr:" + digest)


def is_drawn(content: bytes) -> bool:
    """Tell whether a QR is an image already."""
    return content.startswith(PNG)


def drawn(content: bytes) -> bytes:
    """Return a QR as a PNG, drawn now (1 to 2 ms) if it never was."""
    return content if is_drawn(content) else draw_png(content.decode())
