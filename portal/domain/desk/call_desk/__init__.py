"""The call desk: finding a caller's household, answering its questions, and acting for it.

Owns the table ``desk_act``. Called by the staff site, the resident site's list of requests (what
was done by telephone) and the demo. May use ``casework`` and every wing below ``desk``; a
rule of a resident's own act stays in its slice.
"""
