"""Encounter ``fertility_cycle``: one cycle of in vitro fertilisation, transfer, or egg banking."""
