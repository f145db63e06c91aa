"""Things that wait for a person of the staff, each with a receipt number."""
