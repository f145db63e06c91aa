"""Managing the work with the ward.

Milestones, minutes, open questions and the security checklist (clause 9, 12⑨, 16(3)).
"""
