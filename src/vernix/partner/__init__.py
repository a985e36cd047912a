"""The partner's program: the command line (and later the agent)."""
