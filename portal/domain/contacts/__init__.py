"""Wing: Conversations with people: calls, FAX, questions to the ward, scripts, telephone counts.

Slices, those above may import those below: ``faxes``, ``escalations`` · ``calls`` · ``scripts``,
``telephony``. Called by the call desk and its pages, the reports and the incident register; may use
``people``, ``letters`` and ``requests``.
"""
