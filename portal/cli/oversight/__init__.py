"""Commands on reports, the settlement and the export."""
