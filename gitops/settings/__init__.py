"""Settings of the repository on GitHub, on which the trust between GitHub and AWS rests."""
