"""What differs between the declarations and what runs: found, written down, reported."""
