"""Encounter ``neonatal_intensive_care``: one stay of a child in an intensive or special care nursery."""
