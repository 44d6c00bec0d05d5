"""Results of deployments and destructions: recorded by jobs, and reported in the terminal and on GitHub."""
