"""Which environments a change touches, by comparing what both sides of it are synthesised to."""
