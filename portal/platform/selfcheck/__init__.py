"""Does this deployment stand well? Checks with findings, for a command, a page and the start.

A check is a function that is given the ``Subject`` and yields ``Finding`` records; ``registry``
lists them all. The command ``portal selfcheck``, the staff page ``/system`` and the start of a site
show what they found. A check changes nothing.
"""
