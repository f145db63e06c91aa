"""What Prometheus reads: counts of all processes of a node, and what one collector asks.

Sites count into files of a folder (``process_files``); ``portal metrics`` adds them up and serves
them with the gauges of database and node on a port of its own.
"""
