"""Staff accounts: who they are, whose people they are, what their role lets them do."""
