"""Who a person is, apart from any contact of care."""
