"""Releases on their way from one environment to the next: which image, and the pull request that declares it."""
