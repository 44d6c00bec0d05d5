"""Plans: what a change would do to environments. Code of a pull request may make one; only other code publishes it."""
