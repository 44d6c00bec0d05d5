"""What declarations refer to and do not make themselves, and whether it exists."""
