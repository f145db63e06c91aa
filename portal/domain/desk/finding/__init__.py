"""Finding a household by whatever somebody has in hand, through one gate.

A number is recognized by its shape (``numbers``), a receipt number leads to the record that it was
given out for (``receipts``), and every search passes the same permission, limit and log (``gate``).
Called by the staff site and the call desk. May use ``casework`` and every wing below ``desk``.
"""
