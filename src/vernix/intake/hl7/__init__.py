"""HL7 v2 messages, 2.3 to 2.8: births and people from ADT, screens from ORU and OML."""
