"""Opening day, played on this machine: `./run day`."""
