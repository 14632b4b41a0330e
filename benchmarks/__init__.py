"""Benchmarks: each subject beside its baseline in one run. `python -m benchmarks` runs all of them."""
