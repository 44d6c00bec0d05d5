"""From declarations to a cloud assembly, and not twice."""
