"""Reading the audit: the auditor's search, and the pack about an incident.

Owns no tables; called by the auditor's page and by ``portal audit``. What it reads names no person:
staff by their accounts, families by their keys.
"""
