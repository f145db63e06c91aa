"""Wing: Staff work on one household: casework and the call desk.

Slices, each may import those after the next dot: ``call_desk``, ``openings`` · ``finding`` ·
``casework``. Called by the staff site, the reports and settlement (counts and lists), the resident
site (what was done by telephone), the worker, the commands and the demo. May use every wing below:
``mailroom``, ``contacts``, ``requests``, ``letters`` and ``people``.
"""
