"""Labour and birth, as the mother's record tells them."""
