"""What the work costs for wards of ten times the size: `./run growth`."""
