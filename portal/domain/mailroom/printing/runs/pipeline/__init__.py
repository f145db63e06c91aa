"""The parts of the pipeline that builds every run: plan, chunks, workers, files, manifest.

Only ``runs.build`` and the writers put them together.
"""
