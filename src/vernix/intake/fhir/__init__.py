"""FHIR R4: birth documents of vital records (BFDR) and plain resources, in JSON."""
