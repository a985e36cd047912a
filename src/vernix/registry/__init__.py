"""The inside program: collects, verifies, opens, reads, keeps, measures, answers."""
