"""Access to deployed environments: shells, databases, logs, one-off tasks and the bastion."""
