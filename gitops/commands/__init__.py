"""One file a verb: each a function that takes plain arguments and returns an exit code."""
