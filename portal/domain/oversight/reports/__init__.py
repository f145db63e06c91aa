"""Reports to the ward: figures counted once, given out as PDF and as xlsx."""
