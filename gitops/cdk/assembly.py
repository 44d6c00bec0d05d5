"""The stacks of a cloud assembly, the CDK's output.

The format is aws-cdk-lib's cloud-assembly-schema; the fields read here have kept their names since version 1.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from constructs_lib.config.environment import AccountRegion
from constructs_lib.config.naming import ENVIRONMENT_TAG, URL_OUTPUT

_STACK = "aws:cloudformation:stack"


@dataclass(frozen=True, kw_only=True)
class SynthesisedStack:
    """One stack of an assembly. `selector` names it to the CDK CLI."""

    name: str
    selector: str
    where: AccountRegion
    template_file: Path
    tags: Mapping[str, str]
    protected: bool
    bootstrap_parameter: str | None

    @property
    def environment(self) -> str:
        """The environment that the stack is, `dev/alpha`."""
        return self.tags[ENVIRONMENT_TAG]

    @cached_property
    def template(self) -> Mapping[str, object]:
        """The template."""
        template: dict[str, object] = json.loads(self.template_file.read_bytes())
        return template

    @property
    def url(self) -> str:
        """Where the environment will answer, or nothing: known before it is deployed."""
        outputs = self.template.get("Outputs", {})
        output = outputs.get(URL_OUTPUT, {}) if isinstance(outputs, dict) else {}
        value = output.get("Value", "")
        return value if isinstance(value, str) else ""

    @property
    def resource_count(self) -> int:
        """How many resources the template has."""
        resources = self.template.get("Resources", {})
        return len(resources) if isinstance(resources, dict) else 0


@dataclass(frozen=True, slots=True)
class Assembly:
    """A cloud assembly on disk: its folder and its stacks by name."""

    folder: Path
    stacks: Mapping[str, SynthesisedStack]


def read(folder: Path) -> Assembly:
    """Read the manifest of the assembly in `folder`.

    Raises:
        OSError, ValueError, KeyError: the assembly is missing or has an unknown format.
    """
    manifest = json.loads((folder / "manifest.json").read_bytes())
    stacks = {}
    for artifact_id, artifact in manifest["artifacts"].items():
        if artifact["type"] != _STACK:
            continue
        properties = artifact["properties"]
        account, region = artifact["environment"].removeprefix("aws://").split("/")
        name = properties.get("stackName", artifact_id)
        stacks[name] = SynthesisedStack(
            name=name,
            selector=artifact.get("displayName", artifact_id),
            where=AccountRegion(account, region),
            template_file=folder / properties["templateFile"],
            tags=properties.get("tags", {}),
            protected=properties.get("terminationProtection", False),
            bootstrap_parameter=properties.get("bootstrapStackVersionSsmParameter"),
        )
    return Assembly(folder, stacks)
