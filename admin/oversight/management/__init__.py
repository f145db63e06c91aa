"""Pages of project management: milestones, minutes, open questions, the security checklist."""
