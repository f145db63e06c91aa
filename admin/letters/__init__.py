"""Staff pages of the letters wing: documents, subcontractors, other mail, and words for mail."""
