"""Pages for contacts with people: calls, FAX, questions to the ward, scripts, telephone counts."""
