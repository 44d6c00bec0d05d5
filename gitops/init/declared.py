"""The first declarations of a team, as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from constructs_lib.config.model import PolicyConfig
from gitops.declarations import to_yaml

if TYPE_CHECKING:
    from gitops.github.model import RepositoryIdentity

HEADER = "# yaml-language-server: $schema=../schema.json\n"
AD_HOC_BLOCK, PRODUCTION_BLOCK = "10.0.0.0/16", "10.1.0.0/16"
"""Networks of the bases: apart, so that they can be connected."""

POSTGRESQL = "17"

SCALING = {"min": 2, "max": 4}
"""Tasks of a web service in production: with one alone, the failure of its zone is an outage."""


def declarations(
    answers: Mapping[str, str],
    github: RepositoryIdentity,
    publisher: RepositoryIdentity | None,
    fields: Mapping[str, object],
    today: date,
) -> dict[str, str]:
    """Return the text of each declaration, by its path below `environments/`.

    `github` has the declarations, `publisher` the application if that is another repository, and `fields` are those of
    an app.
    """
    trusted = {**_named(github), **({"application": _named(publisher)} if publisher else {})}
    files: dict[str, dict[str, object]] = {
        "accounts/main.yaml": _account(answers["account_id"], answers["region"], answers, trusted),
        "dev/base.yaml": {
            "kind": "ad-hoc-base",
            "account": "main",
            "domain": answers["domain"],
            "hosted_zone_id": answers["hosted_zone_id"],
            "network": {"cidr": AD_HOC_BLOCK},
            "database": {"engine_version": POSTGRESQL},
            "app_defaults": {"repository": answers["image_repository"], **fields},
        },
        f"dev/{answers['app']}.yaml": {
            "kind": "ad-hoc-app",
            "owner": answers["owner"],
            "image": answers["image"],
            "expires": str(today + timedelta(days=PolicyConfig().max_lifetime_days)),
        },
    }
    if "production_account_id" in answers:
        files |= _production(answers, trusted, fields)
    return {path: HEADER + to_yaml(data) for path, data in files.items()}


def _production(
    answers: Mapping[str, str], trusted: Mapping[str, object], fields: Mapping[str, object]
) -> dict[str, dict[str, object]]:
    domain = answers["production_domain"]
    region = answers.get("production_region", answers["region"])
    return {
        "accounts/prod.yaml": _account(answers["production_account_id"], region, answers, trusted),
        "prod/base.yaml": {
            "kind": "prod-base",
            "account": "prod",
            "domain": domain,
            "hosted_zone_id": answers["production_hosted_zone_id"],
            "network": {"cidr": PRODUCTION_BLOCK},
            "database": {"engine_version": POSTGRESQL},
            **({"alarm_email": answers["production_alarm_email"]} if "production_alarm_email" in answers else {}),
        },
        "prod/app.yaml": {
            "kind": "prod-app",
            "owner": answers["owner"],
            "hostname": answers.get("production_hostname", f"www.{domain}"),
            "repository": answers["image_repository"],
            "image": answers["image"],
            **fields,
            "services": _scaled(fields.get("services")),
        },
    }


def _scaled(services: object) -> object:
    """Return the services of an app as production runs them: those that take requests, in two zones at least."""
    if not isinstance(services, Mapping):
        return services
    return {
        name: {**service, "scaling": dict(SCALING)} if "port" in service else service
        for name, service in services.items()
    }


def _account(
    account_id: str, region: str, answers: Mapping[str, str], trusted: Mapping[str, object]
) -> dict[str, object]:
    return {
        "kind": "account",
        "id": account_id,
        "region": region,
        "github": trusted,
        "repositories": [answers["image_repository"]],
    }


def _named(repository: RepositoryIdentity) -> dict[str, object]:
    return {"repository": repository.name, "owner_id": repository.owner_id, "repository_id": repository.id}
