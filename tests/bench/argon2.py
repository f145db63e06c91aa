"""How much processor time a password's hash takes on this machine: the limit of signing in.

Prints milliseconds for each hash, as one JSON number.
"""

import json
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from portal.domain.people.authn.passwords import hash_password
from tests.support.coupons import FULL_PRICE

HASHES, THREADS = 60, 2


def main() -> None:
    """Hash in as many threads as a site does."""
    salt = secrets.token_bytes(16)
    with ThreadPoolExecutor(THREADS) as threads:
        begun = time.process_time()
        list(threads.map(lambda _: hash_password(FULL_PRICE, "correct horse", salt), range(HASHES)))
        json.dump((time.process_time() - begun) / HASHES * 1000, sys.stdout)


if __name__ == "__main__":
    main()
