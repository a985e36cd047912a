"""E-mail from the registry zone: that something waits, ends or was stopped. Never content, never a name."""
