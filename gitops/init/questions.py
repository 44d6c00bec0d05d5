"""The questions that `gitops init` has, which are its options. Every verb imports this: keep it light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One thing to know. `field` is the kind and the field of declarations that it fills, whose limits it has.

    On a terminal, `required` ones are asked, and `asked` ones, which may be left open.
    """

    text: str
    field: tuple[str, ...] = ()
    required: bool = False
    asked: bool = False
    with_production: bool = False


QUESTIONS: Mapping[str, Question] = {
    "source": Question(text="folder of the application's source, with manage.py in it", required=True),
    "from_copilot": Question(text="folder `copilot` of AWS Copilot, whose manifests become the services"),
    "account_id": Question(
        text="AWS account for ad hoc environments, twelve digits", field=("account", "id"), required=True
    ),
    "region": Question(text="AWS region, such as eu-central-1", field=("account", "region"), required=True),
    "domain": Question(
        text="domain below which ad hoc environments answer", field=("ad-hoc-base", "domain"), required=True
    ),
    "hosted_zone_id": Question(
        text="Route 53 hosted zone of that domain", field=("ad-hoc-base", "hosted_zone_id"), required=True
    ),
    "repository": Question(
        text="GitHub repository of the declarations, OWNER/NAME",
        field=("account", "github", "repository"),
        required=True,
    ),
    "owner_id": Question(
        text="GitHub's id of its owner (default: looked up on GitHub)", field=("account", "github", "owner_id")
    ),
    "repository_id": Question(
        text="GitHub's id of the repository (default: looked up on GitHub)",
        field=("account", "github", "repository_id"),
    ),
    "upstream": Question(
        text="address of the repository that this one was made from, from which gitops update takes new versions"
    ),
    "application_repository": Question(
        text="GitHub repository of the application, if it has its own: it gets a workflow that pushes images",
        field=("account", "github", "application", "repository"),
    ),
    "application_owner_id": Question(
        text="GitHub's id of its owner (default: looked up on GitHub)",
        field=("account", "github", "application", "owner_id"),
    ),
    "application_repository_id": Question(
        text="GitHub's id of that repository (default: looked up on GitHub)",
        field=("account", "github", "application", "repository_id"),
    ),
    "image_repository": Question(
        text="ECR repository of the application's image", field=("ad-hoc-app", "repository"), required=True
    ),
    "owner": Question(
        text="GitHub login of the person responsible for the first environments",
        field=("ad-hoc-app", "owner"),
        required=True,
    ),
    "image": Question(text="tag of the image to begin with (default: v0.1.0)", field=("ad-hoc-app", "image")),
    "app": Question(text="name of the first ad hoc environment (default: first)"),
    "settings_module": Question(
        text="DJANGO_SETTINGS_MODULE, to override the detected one", field=("ad-hoc-app", "settings_module")
    ),
    "health_check_path": Question(text="path of the health check, to override the detected one"),
    "dockerfile": Question(
        text="path of its Dockerfile below the source (default: Dockerfile, or compose/production/django/Dockerfile)"
    ),
    "reviewers": Question(text="GitHub team or person that reviews changes, @acme/platform (default: the owner)"),
    "production_reviewers": Question(text="team or person that reviews production (default: the reviewers)"),
    "production_account_id": Question(
        text="AWS account for production; without it, production is not declared", field=("account", "id"), asked=True
    ),
    "production_region": Question(
        text="its region (default: that of ad hoc environments)", field=("account", "region")
    ),
    "production_domain": Question(
        text="domain of production", field=("prod-base", "domain"), required=True, with_production=True
    ),
    "production_hosted_zone_id": Question(
        text="Route 53 hosted zone of production's domain",
        field=("prod-base", "hosted_zone_id"),
        required=True,
        with_production=True,
    ),
    "production_hostname": Question(
        text="host name of production (default: www. and its domain)", field=("prod-app", "hostname")
    ),
    "production_alarm_email": Question(
        text="e-mail address for production's alarms; without it, nobody is notified",
        field=("prod-base", "alarm_email"),
        asked=True,
        with_production=True,
    ),
}
"""Every option of `gitops init`, which is also a key of the file of answers, in the order in which they are asked."""

FOLDERS = {"source", "from_copilot"}
"""Answers that are folders; in a file of answers their paths begin at its own folder."""

DEFAULTS: Mapping[str, str] = {"image": "v0.1.0", "app": "first"}
