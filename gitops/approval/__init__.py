"""Who may be the one that approves a pull request of a job: somebody else than who asked for it."""
