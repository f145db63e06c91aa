"""The call desk: finding a caller's household, answering its questions, and acting for it.

Owns the table ``desk_act``. Called by the pages of a call, the account page of the resident site
(what was done by telephone) and the demo. May use ``casework`` and every wing below ``desk``; a
rule of a resident's own act stays in its slice.
"""
