"""Tables of typed columns, as data platforms export them."""
