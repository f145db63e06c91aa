"""More processes and more nodes on one database, measured on this machine: `./run scale`."""
