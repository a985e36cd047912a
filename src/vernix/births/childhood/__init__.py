"""Childhood: the well-baby visit, and the public-health screen of a family."""
