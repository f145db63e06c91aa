"""The address of which nothing is noted: whoever opens it may be in danger (decision 0077).

The proxies' examples leave it out of their logs, too.
"""

PAGE = "/info"
FOLDER = f"{PAGE}/"
ROUTES = frozenset({f"GET {PAGE}", f"GET {FOLDER}{{code:str}}"})
"""Neither logged nor counted."""
