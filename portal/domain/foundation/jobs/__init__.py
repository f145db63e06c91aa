"""What runs without anybody asking: each job by one process at a time, and how it went.

Owns the tables of jobs with their leases, of running workers, of rows that a job set aside, and of
tasks that somebody began from the staff site. ``portal/worker`` runs the jobs; the staff site, the
commands and ``selfcheck`` read how they are. Imports only ``foundation``.
"""
