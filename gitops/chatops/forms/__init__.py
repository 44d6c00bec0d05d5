"""The form of an issue, or the inputs of a workflow, that ask for an environment, and the pull request that it becomes.

`event` reads the event, `fields` the form, `declaration` makes a declaration of it, `proposal` opens the pull request
and writes what the issue is answered. `gitops.commands.request` calls them in that order.
"""
