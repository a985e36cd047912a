"""What a birth is: encounters, data elements, code sets, checks. Pure: no network, no logging."""
