"""Commands in comments of pull requests, in the order in which a comment goes through the modules.

- The event: `event` reads it.
- Orders: `visible_lines` and `grammar` find them in the comment, `orders` parses their arguments, and
  `comment_commands` is the table of all commands.
- The decision: `request` has what an order is judged by, `authorise` says who may, `confirmation` checks tokens, and
  `decision` makes steps for the jobs of the workflow.
- Steps: `planning`, `status`, `edits`, `running` and `destroying` carry them out; `outcome` publishes results.
- Answers: `answers` writes them as Markdown.

`gitops.commands.command` calls them in that order. Requests by form are in `forms`.
"""
