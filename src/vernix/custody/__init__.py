"""Wire formats of the exchange and their proof: delivery, manifest, receipt, signatures, directory."""
