"""Commands in comments of pull requests: from the event to what is done and answered."""
