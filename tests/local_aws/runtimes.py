"""An account whose tasks are processes, of small images."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import embedded
from tests.gitops.checkouts import wait_until
from tests.local_aws.accounts import Account, described, push_image

REGISTRY = "111111111111"
"""The account of the registry."""
IMAGE = f"{REGISTRY}.dkr.ecr.eu-central-1.amazonaws.com/shop"
TRUST_TASKS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}],
}
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
APPLICATION = Path(__file__).with_name("runtime") / "shop.py"


@dataclass(frozen=True)
class Runtime(Account):
    """An AWS account whose tasks are processes."""

    state_dir: Path

    def version(self, tag: str, *, application: str | None = None, **files: str) -> None:
        """Make a folder that stands for a tag of the image, with more files by their names."""
        folder = self.state_dir.parent / "images" / f"{self.number}-{tag}"
        folder.mkdir(parents=True)
        (folder / "shop.py").write_text(APPLICATION.read_text() if application is None else application)
        (folder / "version").write_text(tag)
        for name, text in files.items():
            (folder / name).write_text(text)
        embedded.map_images(self.state_dir, {f"shop:{tag}": folder})
        push_image(self.aws, REGISTRY, f"shop:{tag}")

    def definition(self, *command: str, tag: str = "v1", task_role: str = "", **more: Any) -> str:
        """Register a task definition and return its ARN. Tasks have the execution role, unless another is named."""
        if not self.log_groups():
            self.client("logs").create_log_group(logGroupName="shop")
        options = {"awslogs-group": "shop", "awslogs-stream-prefix": "app", "awslogs-region": "eu-central-1"}
        container = {
            "name": "app",
            "image": f"{IMAGE}:{tag}",
            "command": list(command),
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            "stopTimeout": 5,
            **more,
        }
        role = self.execution_role()
        answer = self.client("ecs").register_task_definition(
            family="shop", containerDefinitions=[container], executionRoleArn=role, taskRoleArn=task_role or role
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def execution_role(self) -> str:
        """Return the ARN of a role with which ECS may start any task."""
        iam = self.client("iam")
        try:
            return str(iam.get_role(RoleName="execution")["Role"]["Arn"])
        except iam.exceptions.NoSuchEntityException:
            made = iam.create_role(RoleName="execution", AssumeRolePolicyDocument=json.dumps(TRUST_TASKS))
            iam.put_role_policy(RoleName="execution", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
            return str(made["Role"]["Arn"])

    def log_groups(self) -> list[str]:
        return [group["logGroupName"] for group in self.client("logs").describe_log_groups()["logGroups"]]

    def run(self, definition: str, **override: Any) -> str:
        """Run a task in the default cluster and return its ARN."""
        self.client("ecs").create_cluster()  # again is fine
        overrides = {"containerOverrides": [{"name": "app", **override}]}
        return str(self.client("ecs").run_task(taskDefinition=definition, overrides=overrides)["tasks"][0]["taskArn"])

    def task(self, arn: str) -> dict[str, Any]:
        return described(self.client("ecs"), "default", arn)

    def task_in(self, arn: str) -> dict[str, Any]:
        """Return a task of any cluster."""
        (found,) = self.client("ecs").describe_tasks(cluster=arn.split("/")[1], tasks=[arn])["tasks"]
        return dict(found)

    def until(self, arn: str, status: str) -> dict[str, Any]:
        """Wait until a task has a status and return it."""
        wait_until(lambda: self.task(arn)["lastStatus"] == status)
        return self.task(arn)

    def ended(self, arn: str) -> dict[str, Any]:
        return self.until(arn, "STOPPED")

    def log(self, arn: str) -> list[str]:
        logs = self.client("logs")
        try:
            events = logs.get_log_events(logGroupName="shop", logStreamName=f"app/app/{arn.rpartition('/')[2]}")[
                "events"
            ]
        except logs.exceptions.ResourceNotFoundException:  # it has written nothing yet
            return []
        return [event["message"] for event in events]


def runs(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent's notice does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
