"""Ways into what runs: shells, databases, logs, one-off tasks and the bastion."""
