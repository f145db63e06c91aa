"""Seals the codes of a batch, a portion at a time, into a temporary file."""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, TypedDict

from portal.domain.foundation.portions import portions
from portal.domain.foundation.vault import Vault
from portal.domain.people.coupons.batch_file import CodeRow, ParsedBatch
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.qr import module_count
from portal.domain.people.coupons.sealed import (
    CouponCode,
    code_digest,
    management_digest,
    seal_code,
    seal_qr,
)
from portal.domain.people.coupons.states import COUPON

ROW_CHUNK = 500
SURELY_FITS = 2331 // 4
"""Characters, each of four bytes at most, that the largest QR code holds (ISO/IEC 18004, 40-M)."""

Digests = tuple[bytes, bytes]
"""What a code is found by: its management number, and the code itself or its address."""
Progress = Callable[[int, int], None]
"""What is called with how many codes are sealed, of how many."""


def unseen(_sealed: int, _all: int) -> None:
    """Tell nobody."""


class SealedRow(TypedDict):
    """The columns of a code that depend on nothing but the file and the keys."""

    management_digest: bytes
    code_digest: bytes
    sealed: bytes
    qr_sealed: bytes
    face_yen: int
    state: str


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """A batch ready to be stored; nothing in it can be read without the keys.

    Its rows lie in ``kept``, a temporary file.
    """

    parsed: ParsedBatch = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    kept: IO[bytes] = field(repr=False)

    def portions(self) -> Iterator[list[SealedRow]]:
        """Yield all rows, a portion at a time."""
        self.kept.seek(0)
        for _portion in range(0, self.parsed.count, ROW_CHUNK):
            yield pickle.load(self.kept)  # noqa: S301  (what this process wrote itself)

    def digests(self) -> Iterator[Digests]:
        """Yield what each row is found by."""
        for portion in self.portions():
            for row in portion:
                yield row["management_digest"], row["code_digest"]


def digests_of(vault: Vault, row: CodeRow) -> Digests:
    """Return what a code is found by."""
    return management_digest(vault, row.management_no), code_digest(vault, row.code, row.url)


def seal_batch(
    vault: Vault, parsed: ParsedBatch, kept: IO[bytes], progress: Progress = unseen
) -> SealedBatch:
    """Encrypt every code and what its QR says under a new data key of the batch, into ``kept``.

    Raises:
        InputError: a code is too long for any QR code, or the file changed since it was checked.
    """
    key, wrapped = vault.new_data_key()
    sealer, done = _Sealer(vault, key, parsed.profile), 0
    for portion in portions(parsed.rows(), ROW_CHUNK):
        pickle.dump([sealer.row(row) for row in portion], kept)
        done += len(portion)
        progress(done, parsed.count)
    return SealedBatch(parsed, wrapped, kept)


@dataclass(frozen=True, slots=True)
class _Sealer:
    """Seals codes and images under the data key of one batch."""

    vault: Vault
    key: bytes = field(repr=False)
    profile: IssuerProfile

    def row(self, row: CodeRow) -> SealedRow:
        """Return the columns of a code, as they are stored."""
        payload = self.profile.qr_payload(row.url, row.code)
        if len(payload) > SURELY_FITS:
            module_count(payload)
        digest, code_found_by = digests_of(self.vault, row)
        shown = row.code if self.profile.shown == "code" else row.management_no
        code = CouponCode(row.url, row.code, row.pin, row.management_no, shown)
        return {
            "management_digest": digest,
            "code_digest": code_found_by,
            "sealed": seal_code(self.key, digest, code),
            "qr_sealed": seal_qr(self.key, digest, payload.encode()),
            "face_yen": row.face_yen,
            "state": COUPON.initial,
        }
