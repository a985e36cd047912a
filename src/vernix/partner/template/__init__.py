"""Templates: an empty file with an encounter's columns, for sites that type or paste what they send."""
