"""What happens before services roll: one-off tasks that a deployment waits for."""
