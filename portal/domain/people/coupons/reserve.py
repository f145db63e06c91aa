"""The reserve: codes kept for replacements."""

import math
import re
from fractions import Fraction

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s


class Reserve(Struct, frozen=True):
    """Codes kept for replacements: a number, or a share (rounded up) of all codes then in use."""

    count: int = 0
    share: Fraction = Fraction(0)

    @classmethod
    def parse(cls, written: str) -> "Reserve":
        """Parse ``200`` or ``1.5%``.

        Raises:
            InputError: the text is neither.
        """
        match = re.fullmatch(r"(\d{1,9})|(\d{1,2}(?:\.\d{1,3})?)\s*%", written.strip())
        if match is None:
            raise InputError(_s("予備の数は 200 か 1.5% のように書いてください。"))
        return cls(int(match[1])) if match[1] else cls(share=Fraction(match[2]) / 100)

    def of(self, codes_in_use: int) -> int:
        """Return how many codes to keep back."""
        return max(self.count, math.ceil(self.share * codes_in_use))
