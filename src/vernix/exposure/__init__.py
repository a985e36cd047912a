"""Whose data was in which part: the scope of an incident, and its notices."""
