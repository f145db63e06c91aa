"""The parts of the pipeline that builds every run: plan, chunks, workers, files, manifest.

``runs.build`` and the writers combine them; archives, proofs and cards use its files and digests.
"""
