"""What jobs do for orders: one file for what has the same permissions and the same subject."""
