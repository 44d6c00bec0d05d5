"""An account for deployments: GitHub's roles and their bounds, registries, a budget."""
