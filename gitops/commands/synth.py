"""`gitops synth`: write the CloudFormation templates of declarations."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config.files import file_of
from gitops import checkout
from gitops.cdk import synthesis
from gitops.commands.selection import select
from gitops.git import export
from gitops.output.progress import say
from gitops.output.report import Table, text_table
from gitops.templates import replacement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from constructs_lib.config.environments import Environment
    from gitops.cdk.assembly import Assembly


def synth(*, folder: Path, names: Sequence[str], base: str | None, today: date) -> int:
    """Synthesise the environments `names`, or all, and print where the assembly is and what it holds.

    With `base`, a git revision, the templates are compared with those of the declarations and the code at which the
    branch left it. Returns 1 when a resource that holds data would be replaced without consent, or
    when declarations are wrong and were left out.
    """
    selected = select(folder, names, today)
    environments = selected.environments
    if selected.names == []:
        return selected.exit_code
    assembly = synthesis.synthesise(folder, selected.names)
    print(assembly.folder)
    rows = [
        (stack.name, stack.environment, str(stack.where), str(stack.resource_count), stack.template_file.name)
        for stack in assembly.stacks.values()
    ]
    print(text_table(Table(headings=("stack", "environment", "where", "resources", "template"), rows=rows)))
    refused = _replacements(folder, environments, assembly, base, today) if base is not None else []
    for text in refused:
        say(text)
    return 1 if refused else selected.exit_code


def _replacements(
    folder: Path, environments: Iterable[Environment], assembly: Assembly, base: str, today: date
) -> list[str]:
    """Return, for each environment, what would be replaced without consent since the branch left `base`."""
    with tempfile.TemporaryDirectory(prefix="base-", dir=checkout.STATE) as parent:
        root = Path(parent, "checkout")
        before = export(base, folder, root)
        known = [environment for environment in environments if file_of(before, environment.name).exists()]
        if not known:
            return []
        old = synthesis.synthesise(before, [environment.name for environment in known], root)
        refused = []
        for environment in known:
            stack = environment.name.stack
            found = replacement.find(old.stacks[stack].template, assembly.stacks[stack].template)
            if messages := replacement.refusals(found, environment.config.allow_replacement, today):
                refused.append(f"{environment.name}: {replacement.explain(messages)}")
        return refused
