"""Benchmarks: measured against peers, in one run, as ratios. Never a timed test."""
