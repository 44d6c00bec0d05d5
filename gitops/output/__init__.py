"""What people see while a command works and when it is done."""
