"""Pages of print runs, from the run to its proof, archive, hand-over, posting and tracking.

The rules are in ``portal.domain.mailroom.printing`` and ``portal.domain.mailroom.tracking``.
"""
