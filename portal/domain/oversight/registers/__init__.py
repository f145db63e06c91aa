"""What the contract wants to be on record: certificates, pledges, trainings, drills, deliverables.

Owns the table of entries and says what is missing, running out or overdue. Staff enter what
happened, the ward confirms what is handed to it. Imports ``foundation``, of ``people`` the
accounts, each of which needs a pledge and a training, and of ``letters`` the subcontractors.
"""
