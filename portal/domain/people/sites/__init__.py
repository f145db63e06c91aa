"""Sites of the call center.

The reserve site (BCP) is switched on for a time, and who is admitted from where.
"""
