"""The life of environments in a new account, from `gitops bootstrap` to production and back: steps with checks.

Commands are those of the documentation. What they have done is asked of AWS itself, not of them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from constructs_lib.config.naming import CHANGE_SET_PREFIX, TOOLKIT_STACK
from gitops.aws.ecr import INDEX
from gitops.deploy.preflight.prerequisites import PLATFORMS
from gitops.output.progress import say
from tests.environments.world import Loopback

if TYPE_CHECKING:
    from tests.smoke.place import Place
    from tests.smoke.report import Report, Step

IMAGE = "microblog"
FIRST, SECOND = "v1", "v2"
HEALTH_CHECK = "/api/health-check/"
APP_DEFAULTS: dict[str, Any] = {
    "repository": IMAGE,
    "settings_module": "config.settings",
    "release_command": ["python", "manage.py", "pre_update"],
    "services": {
        "web": {
            "command": ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000", "--workers=1", "--graceful-timeout=30"],
            "port": 8000,
            "paths": ["/*"],
            "health_check_path": HEALTH_CHECK,
        },
        "worker": {
            "command": ["celery", "--app=config", "worker", "--loglevel=info", "--concurrency=1"],
        },
    },
}
FAILING_RELEASE = ["python", "manage.py", "no_such_command"]
FAILING_WEB = {"web": {"command": ["python", "manage.py", "no_such_server"]}}
ALPHA, APP = "dev/alpha", "prod/app"


class Journey:
    """The steps, in their order, in one account."""

    def __init__(self, place: Place, *, email: str) -> None:
        self._place = place
        self._email = email
        self._expires = datetime.now(UTC).date() + timedelta(days=7)

    def run(self, report: Report) -> None:
        """Go through the steps until one fails."""
        for title, step in (
            ("The account has nothing of gitops", self.empty),
            ("Bootstrap", self.bootstrap),
            ("Image and hosted zone", self.prerequisites),
            ("Deploy the ad hoc base", self.base),
            ("Deploy an ad hoc environment", self.app),
            ("Sleep and wake", self.sleep_and_wake),
            ("A release that fails", self.failed_release),
            ("A service that fails", self.failed_service),
            ("A second release", self.second_release),
            ("Plan with change sets", self.plan),
            ("Drift by hand", self.drift),
            ("Expiry", self.expiry),
            ("Destroy the ad hoc environment and its base", self.destroy),
            ("Deploy production", self.production),
            ("Destroy production", self.destroy_production),
        ):
            report.run(title, step)
            if report.failed:
                return

    def declare_account_and_base(self) -> None:
        """Write the declarations that all steps share."""
        place = self._place
        account = {
            "kind": "account",
            "id": place.account_id,
            "region": place.region,
            "github": {
                "repository": place.repository.name,
                "owner_id": place.repository.owner_id,
                "repository_id": place.repository.id,
            },
            "repositories": [IMAGE],
        }
        place.declare("accounts/main", account)
        base = {
            "kind": "ad-hoc-base",
            "account": "main",
            "domain": f"dev.{place.domain}",
            "hosted_zone_id": place.hosted_zone_id,
            "network": {"cidr": "10.20.0.0/16"},
            "app_defaults": {"owner": "octocat", **APP_DEFAULTS},
        }
        place.declare("dev/base", base)

    def declare_alpha(self, image: str, **fields: object) -> None:
        """Write the declaration of the ad hoc environment."""
        declared = {"kind": "ad-hoc-app", "image": image, "expires": self._expires.isoformat(), **fields}
        self._place.declare(ALPHA, declared)

    def empty(self, step: Step) -> None:
        place, account_id = self._place, self._place.account_id
        caller = place.client("sts").get_caller_identity()["Account"]
        step.check(f"the credentials are for account {account_id}", caller == account_id)
        for stack in ("accounts-main", TOOLKIT_STACK, "dev-base", "dev-alpha", "prod-base", "prod-app"):
            step.check(f"there is no stack {stack}", not place.status(stack))
        self.declare_account_and_base()
        self.declare_alpha(FIRST)
        place.gitops(step, "validate")
        say(place.gitops(step, "cost"))

    def bootstrap(self, step: Step) -> None:
        place = self._place
        place.gitops(step, "bootstrap")
        for stack in ("accounts-main", TOOLKIT_STACK):
            step.check(f"{stack} is complete", place.status(stack) == "CREATE_COMPLETE")
        repositories = place.client("ecr").describe_repositories(repositoryNames=[IMAGE])["repositories"]
        step.check("tags of the repository are immutable", repositories[0]["imageTagMutability"] == "IMMUTABLE")
        again = place.gitops(step, "bootstrap")
        step.check("a second time, nothing changes", "nothing changed" in again)

    def prerequisites(self, step: Step) -> None:
        place, ecr = self._place, self._place.client("ecr")
        zone = place.client("route53").get_hosted_zone(Id=place.hosted_zone_id)["HostedZone"]
        step.check(f"the hosted zone holds {place.domain}", f".{place.domain}.".endswith(f".{zone['Name']}"))
        registry = f"{place.account_id}.dkr.ecr.{place.region}.amazonaws.com"
        if place.embedded_url is not None:
            self._push_placeholder()
        else:
            tag = f"{registry}/{IMAGE}:{FIRST}"
            login = f"docker login --username AWS --password-stdin {registry}"
            say("Push the example's image now; this waits for it:")
            say(f"  aws ecr get-login-password --region {place.region} | {login}")
            say(f"  docker buildx build --platform linux/amd64,linux/arm64 --tag {tag} --push examples/microblog")
        place.wait(f"{IMAGE}:{FIRST} is in the registry", lambda: self._manifest(FIRST), minutes=60)
        if not self._manifest(SECOND):
            manifest, media_type = self._manifest(FIRST) or ("", INDEX)
            ecr.put_image(
                repositoryName=IMAGE, imageManifest=manifest, imageManifestMediaType=media_type, imageTag=SECOND
            )
        step.check(f"{IMAGE} has the tags {FIRST} and {SECOND}", self._manifest(FIRST) and self._manifest(SECOND))

    def base(self, step: Step) -> None:
        place = self._place
        place.gitops(step, "preflight", "dev")
        place.gitops(step, "deploy", "dev")
        step.check("dev-base is complete", place.status("dev-base") == "CREATE_COMPLETE")
        (database,) = place.resources("dev-base", "AWS::RDS::DBInstance")
        (described,) = place.client("rds").describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
        step.check("the database is available", described["DBInstanceStatus"] == "available")
        step.check("the database is not public", not described.get("PubliclyAccessible"))
        (balancer,) = place.resources("dev-base", "AWS::ElasticLoadBalancingV2::LoadBalancer")
        state = place.client("elbv2").describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"][0]["State"]
        step.check("the load balancer is active", state["Code"] == "active")

    def app(self, step: Step) -> None:
        place = self._place
        place.gitops(step, "preflight", ALPHA)
        place.gitops(step, "deploy", ALPHA)
        self._check_runs(step, "dev-alpha", FIRST)
        self._check_answers(step, ALPHA, f"alpha.dev.{place.domain}", 200)
        place.gitops(step, "run", ALPHA, "--", "python", "manage.py", "generate_posts", "3")
        step.check("the services have logged", place.gitops(step, "logs", ALPHA).strip())
        again = place.gitops(step, "deploy", ALPHA)
        step.check("a second deployment changes nothing", "nothing changed" in again)

    def sleep_and_wake(self, step: Step) -> None:
        place = self._place
        place.gitops(step, "sleep", ALPHA)
        place.wait("all tasks have stopped", lambda: not any(s["runningCount"] for s in place.services("dev-alpha")))
        step.check("no task is wanted", not any(s["desiredCount"] for s in place.services("dev-alpha")))
        self._check_answers(step, ALPHA, f"alpha.dev.{place.domain}", 503)
        place.gitops(step, "wake", ALPHA)
        place.wait("tasks run", lambda: all(s["runningCount"] for s in place.services("dev-alpha")))
        self._check_answers(step, ALPHA, f"alpha.dev.{place.domain}", 200)

    def failed_release(self, step: Step) -> None:
        self.declare_alpha(SECOND, release_command=FAILING_RELEASE)
        self._check_rolls_back(step, "no_such_command")

    def failed_service(self, step: Step) -> None:
        self.declare_alpha(SECOND, services=FAILING_WEB)
        self._check_rolls_back(step, "no_such_server")

    def _check_rolls_back(self, step: Step, output_of_task: str) -> None:
        place = self._place
        output = place.gitops(step, "deploy", ALPHA, code=1)
        step.check("the reason is the task's own output", output_of_task in output)
        step.check("the stack was rolled back", place.status("dev-alpha") == "UPDATE_ROLLBACK_COMPLETE")
        self._check_runs(step, "dev-alpha", FIRST)
        self._check_answers(step, ALPHA, f"alpha.dev.{place.domain}", 200)

    def second_release(self, step: Step) -> None:
        self.declare_alpha(SECOND)
        self._place.gitops(step, "deploy", ALPHA)
        self._check_runs(step, "dev-alpha", SECOND)
        self._check_answers(step, ALPHA, f"alpha.dev.{self._place.domain}", 200)

    def plan(self, step: Step) -> None:
        place, folder = self._place, str(self._place.root / ".gitops" / "plan")
        place.commit()
        self.declare_alpha(SECOND, environment={"SMOKE": "1"})
        place.gitops(step, "plan", "--base", "HEAD", "--output", folder)
        output = place.gitops(step, "plan", "--change-sets", folder, "--account", "main", "--output", folder)
        step.check("CloudFormation names the environment's change", ALPHA in output)
        sets = place.client("cloudformation").list_change_sets(StackName="dev-alpha")["Summaries"]
        left = [found for found in sets if found["ChangeSetName"].startswith(CHANGE_SET_PREFIX)]
        step.check("no change set of a plan is left", not left)
        self.declare_alpha(SECOND)
        unchanged = place.gitops(step, "deploy", ALPHA)
        step.check("the plan has changed nothing", "nothing changed" in unchanged)

    def drift(self, step: Step) -> None:
        place, logs = self._place, self._place.client("logs")
        step.check("there is no drift", "no drift" in place.gitops(step, "drift"))
        group, *_ = place.resources("dev-alpha", "AWS::Logs::LogGroup")
        described = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
        logs.put_retention_policy(logGroupName=group, retentionInDays=1827)
        found = place.gitops(step, "drift", code=1)
        step.check("a retention that was changed by hand is found", "RetentionInDays" in found)
        logs.put_retention_policy(logGroupName=group, retentionInDays=described["retentionInDays"])
        step.check("there is no drift when it is changed back", "no drift" in place.gitops(step, "drift"))

    def expiry(self, step: Step) -> None:
        place = self._place
        self._expires = datetime.now(UTC).date() - timedelta(days=1)
        self.declare_alpha(SECOND)
        place.commit()
        output = place.gitops(step, "reap")
        expired = [line for line in output.splitlines() if line.startswith(ALPHA)]
        step.check("the environment has expired", expired and "destroy" in expired[0])
        step.check("nothing was destroyed", place.status("dev-alpha") == "UPDATE_COMPLETE")

    def destroy(self, step: Step) -> None:
        place = self._place
        refused = place.gitops(step, "destroy", "dev", "--yes", "--confirm", "dev", code=1)
        step.check("the base is kept while an environment is on it", ALPHA in refused)
        place.remove(ALPHA)
        place.gitops(step, "destroy", ALPHA, "--yes")
        step.check("dev-alpha is gone", not place.status("dev-alpha"))
        step.check("its logs can be read for a day", place.gitops(step, "logs", ALPHA, "--since", "1d").strip())
        place.gitops(step, "destroy", "dev", "--yes", "--confirm", "dev")
        step.check("dev-base is gone", not place.status("dev-base"))
        place.remove("dev/base")

    def production(self, step: Step) -> None:
        place = self._place
        base = {
            "kind": "prod-base",
            "account": "main",
            "domain": place.domain,
            "hosted_zone_id": place.hosted_zone_id,
            "alarm_email": self._email,
            "network": {"cidr": "10.30.0.0/16"},
            "app_defaults": {"owner": "octocat", **APP_DEFAULTS},
        }
        place.declare("prod/base", base)
        place.declare(APP, {"kind": "prod-app", "image": FIRST, "hostname": f"www.{place.domain}"})
        place.gitops(step, "preflight", "prod", APP)
        place.gitops(step, "deploy", "prod", APP)
        self._check_runs(step, "prod-app", FIRST)
        self._check_answers(step, APP, f"www.{place.domain}", 200)
        (database,) = place.resources("prod-base", "AWS::RDS::DBInstance")
        (described,) = place.client("rds").describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
        step.check("the database is protected from deletion", described["DeletionProtection"])
        step.check("the database has a standby in another zone", described["MultiAZ"])
        place.gitops(step, "preflight", "prod", APP)
        again = place.gitops(step, "deploy", "prod", APP)
        step.check("a second deployment of production changes nothing", "nothing changed" in again)

    def destroy_production(self, step: Step) -> None:
        place = self._place
        (database,) = place.resources("prod-base", "AWS::RDS::DBInstance")
        place.gitops(step, "destroy", APP, "--yes", code=1)
        step.check("production needs its name once more", place.status("prod-app"))
        place.remove(APP)
        place.gitops(step, "destroy", APP, "--yes", "--confirm", APP)
        step.check("prod-app is gone", not place.status("prod-app"))
        output = place.gitops(step, "destroy", "prod", "--yes", "--confirm", "prod")
        step.check("prod-base is gone", not place.status("prod-base"))
        step.check("the database is kept, and listed", f"kept: AWS::RDS::DBInstance {database}" in output)
        (described,) = place.client("rds").describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
        step.check("the kept database is available", described["DBInstanceStatus"] == "available")
        place.remove("prod/base")

    def _push_placeholder(self) -> None:
        """Push an image without layers: on the embedded AWS, a folder stands for it."""
        platforms = [{"platform": {"os": "linux", "architecture": platform}} for platform in PLATFORMS]
        manifest = {"schemaVersion": 2, "mediaType": INDEX, "manifests": platforms}
        self._place.client("ecr").put_image(
            repositoryName=IMAGE, imageManifest=json.dumps(manifest), imageManifestMediaType=INDEX, imageTag=FIRST
        )

    def _manifest(self, tag: str) -> tuple[str, str] | None:
        found = self._place.client("ecr").batch_get_image(repositoryName=IMAGE, imageIds=[{"imageTag": tag}])["images"]
        return (found[0]["imageManifest"], found[0].get("imageManifestMediaType", INDEX)) if found else None

    def _check_runs(self, step: Step, stack: str, image: str) -> None:
        services = self._place.services(stack)
        running = all(s["runningCount"] == s["desiredCount"] > 0 for s in services)
        step.check(f"all tasks of {len(services)} services run", running)
        step.check(f"they run {image}", image in self._place.images(stack))

    def _check_answers(self, step: Step, name: str, hostname: str, status: int) -> None:
        """The URL answers with a status, within minutes: DNS and target health take their time."""
        url = self._place.url(name, hostname) + HEALTH_CHECK
        transport = Loopback() if self._place.embedded_url else None

        def answered() -> bool:
            try:
                with httpx.Client(transport=transport, timeout=20) as client:
                    return client.get(url).status_code == status
            except httpx.TransportError:
                return False

        self._place.wait(f"{url} answers with {status}", answered)
        step.check(f"{url} answers with {status}", True)  # noqa: FBT003 - it has
