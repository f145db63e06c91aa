"""Acting for a household on a caller's word: one module per act.

Each act checks the call with ``on_behalf.admit`` and then uses the resident's own service, so that
the rules are the same. Called by the staff site; ``receipts`` also by the resident
site's list of requests.
"""
