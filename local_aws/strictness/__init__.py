"""What AWS refuses and MiniStack lets through: protections, dependencies, quotas, names that are taken.

A refusal is a function that raises `ApiError`, as AWS words it. The APIs ask it through `gate`, CloudFormation through
corrections of resource types, and ECS before it starts a task. docs/local.md has a line with its source for each.
"""
