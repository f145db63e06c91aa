"""A household as staff see it: searched, masked, with its timeline; and the lists of waiting work.

Owns no tables; it joins those of other wings, reviews requests of every kind, and logs who opened
or unmasked a household. Called by ``call_desk``, the reports, the settlement, the staff site, the
commands and the worker. May use every wing below ``desk``.
"""
