"""What a web form makes: JSON."""
