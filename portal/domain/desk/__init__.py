"""Wing: Staff work on one household: casework and the call desk.

Slices, the first may import the second: ``call_desk`` · ``casework``. Called by the staff site, the
reports and settlement (counts and lists), and the resident site (a household's requests). May use
``contacts``, ``mailroom.incidents``, ``requests``, ``letters`` and ``people``.
"""
