"""One port of loopback on which a browser opens environments by name."""
