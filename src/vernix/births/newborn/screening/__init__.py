"""Encounter ``newborn_screening``: one blood-spot sample of a newborn, and what a laboratory found in it."""
