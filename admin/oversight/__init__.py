"""Pages for reports to the ward, the settlement, project management and the board."""
