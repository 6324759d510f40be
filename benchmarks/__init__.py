"""Benchmarks: each prints figures beside a named peer or bound measured in the same run."""
