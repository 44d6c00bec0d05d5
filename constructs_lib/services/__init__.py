"""What runs: an application's tasks, its services, their number."""
