"""``vernix demo``: the whole journey on this machine, as separate programs over real sockets."""
