"""What a change would do to environments: found by code that may be a pull request's, told by code that is not."""
