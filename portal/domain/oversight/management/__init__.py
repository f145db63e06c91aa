"""Managing the work with the ward: milestones, minutes, open questions and the security checklist (clause 9, 12⑨, 16(3))."""
