"""The internet-facing program. It holds no key and can open nothing."""
