"""What an application gets, on ad hoc bases and in production."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.config import contract
from constructs_lib.config.model import AdHocCapacityConfig, JobConfig, ServiceConfig
from constructs_lib.config.naming import CONTAINER_NAME, EnvironmentName
from constructs_lib.network.ports import CACHE_PORT
from tests.constructs_lib.resources import container, named, of_type, text, the_only, variables
from tests.constructs_lib.synthesis import AD_HOC_BASE, Synthesise, one_service, synthesise_folder
from tests.sample import ENVIRONMENTS

APPS = ("dev-alpha", "dev-beta", "prod-app")


@pytest.mark.parametrize("app", APPS)
class TestEveryApp:
    def test_number_of_tasks_is_never_in_the_template(self, app: str, templates: dict[str, Any]) -> None:
        services = of_type(templates[app], "AWS::ECS::Service")
        assert services
        assert not any("DesiredCount" in service for service in services)

    def test_services_roll_back_by_themselves_and_are_open_to_exec(self, app: str, templates: dict[str, Any]) -> None:
        services = of_type(templates[app], "AWS::ECS::Service")
        assert len(services) == (3 if app == "prod-app" else 4)
        for service in services:
            breaker = service["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
            assert breaker == {"Enable": True, "Rollback": True}
            assert service["EnableExecuteCommand"] is True
            assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"

    def test_services_come_after_their_capacity_providers_and_go_before_them(
        self, app: str, templates: dict[str, Any]
    ) -> None:
        resources = templates[app]["Resources"]
        (providers,) = (k for k, r in resources.items() if r["Type"] == "AWS::ECS::ClusterCapacityProviderAssociations")
        assert resources[providers]["Properties"]["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
        services = [r for r in resources.values() if r["Type"] == "AWS::ECS::Service"]
        assert all(providers in service["DependsOn"] for service in services)

    def test_scaling_passes_no_role(self, app: str, templates: dict[str, Any]) -> None:
        targets = of_type(templates[app], "AWS::ApplicationAutoScaling::ScalableTarget")
        assert bool(targets) == (app != "dev-alpha")
        assert all("RoleARN" not in target for target in targets)

    def test_services_say_the_names_that_they_are_declared_under(self, app: str, templates: dict[str, Any]) -> None:
        tags = [service["Tags"] for service in of_type(templates[app], "AWS::ECS::Service")]
        names = {tag["Value"] for service in tags for tag in service if tag["Key"] == "gitops:service"}
        cache = set() if app == "prod-app" else {"cache"}
        assert names == {"web", "worker", "frontend" if app == "dev-beta" else "beat"} | cache

    def test_every_container_logs_to_a_group_that_forgets(self, app: str, templates: dict[str, Any]) -> None:
        tasks = of_type(templates[app], "AWS::ECS::TaskDefinition")
        groups = of_type(templates[app], "AWS::Logs::LogGroup")
        sessions = 1 if app == "prod-app" else 0
        assert len(groups) == len(tasks) + sessions
        assert {group["RetentionInDays"] for group in groups} == ({90} if app == "prod-app" else {14})
        for task in tasks:
            assert task["ContainerDefinitions"][0]["LogConfiguration"]["LogDriver"] == "awslogs"

    def test_every_container_of_the_application_gets_the_whole_contract(
        self, app: str, templates: dict[str, Any]
    ) -> None:
        definitions = [
            task["ContainerDefinitions"][0]
            for task in of_type(templates[app], "AWS::ECS::TaskDefinition")
            if task["ContainerDefinitions"][0]["Name"] == "app" and not task["Family"].endswith("_frontend")
        ]
        assert len(definitions) == (3 if app == "dev-beta" else 4)
        expected = contract.VARIABLES - (contract.NOT_IN_PRODUCTION if app == "prod-app" else set())
        for definition in definitions:
            secrets = {secret["Name"] for secret in definition["Secrets"]}
            assert secrets >= contract.SECRETS
            assert variables(definition).keys() | secrets >= expected
            assert (variables(definition).keys() | secrets).isdisjoint(contract.VARIABLES - expected)
            assert variables(definition).keys() & secrets == set()
            assert (contract.CACHE_URL in secrets) == (app == "prod-app")

    def test_variables_mean_what_they_meant_in_cdk_django(self, app: str, templates: dict[str, Any]) -> None:
        found = variables(container(templates[app], "ServicesWeb"))
        domain = "example.com" if app == "prod-app" else "dev.example.com"
        assert found["DOMAIN_NAME"] == domain
        assert found["FRONTEND_URL"].startswith("https://")
        assert found["FRONTEND_URL"].endswith(f".{domain}")

    def test_no_secret_value_is_in_the_template(self, app: str, templates: dict[str, Any]) -> None:
        for secret in of_type(templates[app], "AWS::SecretsManager::Secret"):
            if "SecretString" in secret:
                password = text(secret["SecretString"]).split("rediss://application:")[1].split("@")[0]
                assert password.startswith("{{resolve:secretsmanager:")
            else:
                assert secret["GenerateSecretString"]["ExcludePunctuation"] is True

    def test_depends_on_its_base_by_published_values_alone(self, app: str, templates: dict[str, Any]) -> None:
        template = templates[app]
        assert "Fn::ImportValue" not in text(template)
        assert "Fn::GetStackOutput" not in text(template)
        assert set(template["Outputs"]) == {"Url"}
        base = f"{app.partition('-')[0]}-base"
        published = {parameter["Name"] for parameter in of_type(templates[base], "AWS::SSM::Parameter")}
        taken = {
            parameter["Default"]
            for name, parameter in template["Parameters"].items()
            if name.startswith("Base") and parameter["Type"] == "AWS::SSM::Parameter::Value<String>"
        }
        assert len(taken) > 10
        # Each is a request to SSM with every change set.
        unused = {name for name in template["Parameters"] if f'{{"Ref": "{name}"}}' not in text(template)}
        assert unused == set()
        assert taken <= published

    def test_opens_its_ports_to_the_load_balancer_only(self, app: str, templates: dict[str, Any]) -> None:
        rules = [r for r in of_type(templates[app], "AWS::EC2::SecurityGroupIngress") if r["FromPort"] != CACHE_PORT]
        assert rules
        for rule in rules:
            assert rule["SourceSecurityGroupId"] == {"Ref": "BaseLoadBalancerSecurityGroupId"}
        assert all("SecurityGroupIngress" not in group for group in of_type(templates[app], "AWS::EC2::SecurityGroup"))

    def test_roles_belong_to_tasks_of_this_account(self, app: str, templates: dict[str, Any]) -> None:
        for role in of_type(templates[app], "AWS::IAM::Role"):
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
            assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
            own = "222222222222" if app == "prod-app" else "111111111111"
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": own}}

    def test_reads_and_writes_the_whole_of_its_own_bucket_and_no_other(
        self, app: str, templates: dict[str, Any]
    ) -> None:
        (bucket,) = (key for key, r in templates[app]["Resources"].items() if r["Type"] == "AWS::S3::Bucket")
        arn = {"Fn::GetAtt": [bucket, "Arn"]}
        allowed = {
            text(statement["Action"]): statement
            for policy in of_type(templates[app], "AWS::IAM::Policy")
            for statement in policy["PolicyDocument"]["Statement"]
            if "s3:" in text(statement["Action"])
        }
        listing = allowed.pop('"s3:ListBucket"')
        assert listing == {"Action": "s3:ListBucket", "Effect": "Allow", "Resource": arn}
        (objects,) = allowed.values()
        assert objects["Action"] == ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        assert objects["Resource"] == {"Fn::Join": ["", [arn, "/*"]]}
        assert variables(container(templates[app], "ServicesWeb"))["S3_BUCKET_NAME"] == {"Ref": bucket}

    def test_bucket_is_private_and_refuses_plain_http(self, app: str, templates: dict[str, Any]) -> None:
        bucket = the_only(templates[app], "AWS::S3::Bucket")
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in bucket
        assert "BucketName" not in bucket
        assert '"aws:SecureTransport": "false"' in text(the_only(templates[app], "AWS::S3::BucketPolicy"))

    def test_has_no_wildcard_action(self, app: str, templates: dict[str, Any]) -> None:
        for policy in of_type(templates[app], "AWS::IAM::Policy"):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not any("*" in action for action in actions)


class TestAdHocApp:
    def test_bucket_is_emptied_after_the_last_task_has_gone(self, templates: dict[str, Any]) -> None:
        for app in ("dev-alpha", "dev-beta"):
            resources = templates[app]["Resources"]
            (contents,) = (key for key, r in resources.items() if r["Type"] == "Custom::BucketContents")
            (policy,) = (key for key, r in resources.items() if r["Type"] == "AWS::S3::BucketPolicy")
            # CloudFormation deletes what depends on a resource before that resource.
            (awaiting,) = (k for k, r in resources.items() if "AwaitsTasksOnDelete" in r["Properties"])
            assert contents in resources[awaiting]["DependsOn"]
            starting = {"AWS::ECS::Service", "AWS::Scheduler::Schedule"}
            starters = {key for key, resource in resources.items() if resource["Type"] in starting}
            assert len(starters) >= 3
            assert all(awaiting in _needed(resources, key) for key in starters)
            uses = {"AWS::ECS::Cluster", "AWS::EC2::SecurityGroup", "AWS::S3::Bucket", "AWS::ServiceDiscovery::Service"}
            used = {key for key, resource in resources.items() if resource["Type"] in uses and "CacheSec" not in key}
            assert used <= _needed(resources, awaiting)
            assert resources[contents]["DependsOn"] == [policy]
            assert resources[contents]["Properties"]["ServiceToken"] == {"Ref": "BaseBucketEmptierArn"}

    def test_bucket_lets_the_emptier_of_its_base_list_and_delete_and_nobody_else(
        self, templates: dict[str, Any]
    ) -> None:
        policy = the_only(templates["dev-alpha"], "AWS::S3::BucketPolicy")["PolicyDocument"]
        allowed = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
        assert [statement["Action"] for statement in allowed] == [
            "s3:ListBucketVersions",
            ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        ]
        assert all(statement["Principal"] == {"AWS": {"Ref": "BaseBucketEmptierRoleArn"}} for statement in allowed)

    def test_runs_on_spot_alone(self, templates: dict[str, Any]) -> None:
        for app in ("dev-alpha", "dev-beta"):
            for service in of_type(templates[app], "AWS::ECS::Service"):
                assert service["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
                assert "LaunchType" not in service

    def test_runs_on_demand_alone_where_its_declaration_says_so(self, synthesise: Synthesise) -> None:
        config = replace(
            one_service(ServiceConfig(port=8000, paths=("/*",))), capacity=AdHocCapacityConfig(spot_percent=0)
        )
        template = synthesise(
            lambda stack: AdHocApp(stack, "App", name=EnvironmentName("dev", "alpha"), config=config, base=AD_HOC_BASE)
        ).to_json()

        services = of_type(template, "AWS::ECS::Service")
        assert [service["CapacityProviderStrategy"] for service in services] == [
            [{"CapacityProvider": "FARGATE", "Weight": 1}]
        ] * 2

    def test_leaves_nothing_behind_but_what_its_tasks_have_logged(self, templates: dict[str, Any]) -> None:
        by_policy: dict[str | None, set[str]] = {}
        for resource in templates["dev-alpha"]["Resources"].values():
            by_policy.setdefault(resource.get("DeletionPolicy"), set()).add(resource["Type"])
        assert by_policy.keys() == {None, "Delete", "Retain"}
        assert by_policy["Retain"] == {"AWS::Logs::LogGroup"}
        assert "AWS::Logs::LogGroup" not in by_policy[None] | by_policy["Delete"]

    def test_singleton_stops_before_it_starts_and_others_start_before_they_stop(
        self, templates: dict[str, Any]
    ) -> None:
        percents = {
            part: (
                (configuration := named(templates["dev-alpha"], "AWS::ECS::Service", f"Services{part}"))[
                    "DeploymentConfiguration"
                ]["MinimumHealthyPercent"],
                configuration["DeploymentConfiguration"]["MaximumPercent"],
            )
            for part in ("Web", "Worker", "Beat")
        }
        assert percents == {"Web": (100, 200), "Worker": (100, 200), "Beat": (0, 100)}

    def test_singleton_is_not_moved_between_zones(self, templates: dict[str, Any]) -> None:
        for app in ("dev-alpha", "prod-app"):
            rebalancing = {
                part: named(templates[app], "AWS::ECS::Service", f"Services{part}").get("AvailabilityZoneRebalancing")
                for part in ("Web", "Worker", "Beat")
            }
            assert rebalancing == {"Web": None, "Worker": None, "Beat": "DISABLED"}

    def test_answers_at_its_own_address(self, templates: dict[str, Any]) -> None:
        record = the_only(templates["dev-alpha"], "AWS::Route53::RecordSet")
        assert (record["Name"], record["Type"]) == ("alpha.dev.example.com.", "A")
        rule = the_only(templates["dev-alpha"], "AWS::ElasticLoadBalancingV2::ListenerRule")
        assert rule["Conditions"][0]["HostHeaderConfig"]["Values"] == ["alpha.dev.example.com"]
        assert templates["dev-alpha"]["Outputs"]["Url"]["Value"] == "https://alpha.dev.example.com"

    def test_paths_are_tried_before_the_catch_all(self, templates: dict[str, Any]) -> None:
        rules = of_type(templates["dev-beta"], "AWS::ElasticLoadBalancingV2::ListenerRule")
        by_path = {rule["Conditions"][1]["PathPatternConfig"]["Values"][0]: rule["Priority"] for rule in rules}
        assert by_path["/api/*"] < by_path["/*"]

    def test_services_merge_over_the_defaults_of_the_base(self, templates: dict[str, Any]) -> None:
        beta = templates["dev-beta"]
        web = named(beta, "AWS::ECS::TaskDefinition", "ServicesWeb")
        assert (web["Cpu"], web["Memory"]) == ("512", "1024")
        assert container(beta, "ServicesWeb")["Command"][0] == "gunicorn"
        assert variables(container(beta, "ServicesWorker"))["CELERY_CONCURRENCY"] == "2"
        assert "CELERY_CONCURRENCY" not in variables(container(beta, "ServicesWeb"))
        assert "/microblog-frontend:v1.5.0-rc1" in text(container(beta, "ServicesFrontend")["Image"])
        assert not any("Beat" in logical_id for logical_id in beta["Resources"])

    def test_image_of_another_repository_gets_no_secret_and_a_role_that_may_do_nothing(
        self, templates: dict[str, Any]
    ) -> None:
        beta = templates["dev-beta"]
        frontend = named(beta, "AWS::ECS::TaskDefinition", "ServicesFrontend")
        assert "Secrets" not in frontend["ContainerDefinitions"][0]
        role = frontend["TaskRoleArn"]["Fn::GetAtt"][0]
        web = named(beta, "AWS::ECS::TaskDefinition", "ServicesWeb")
        assert role != web["TaskRoleArn"]["Fn::GetAtt"][0]
        allowed = {
            action
            for policy in of_type(beta, "AWS::IAM::Policy")
            if {"Ref": role} in policy["Roles"]
            for statement in policy["PolicyDocument"]["Statement"]
            for action in statement["Action"]
        }
        # ECS Exec, which every service has.
        assert {action.partition(":")[0] for action in allowed} <= {"ssmmessages", "logs"}

    @pytest.mark.parametrize(
        ("repository", "listed", "expected"),
        [
            (None, None, {"POSTGRES_PASSWORD", "SECRET_KEY", "TOKEN"}),
            ("microblog", None, {"POSTGRES_PASSWORD", "SECRET_KEY", "TOKEN"}),
            (None, (), set()),
            (None, ("SECRET_KEY",), {"SECRET_KEY"}),
            ("other", None, set()),
            ("other", ("TOKEN", "REDIS_URL"), {"TOKEN"}),
            ("other", ("POSTGRES_PASSWORD",), {"POSTGRES_PASSWORD"}),
        ],
    )
    def test_service_gets_the_secrets_that_it_declares_and_the_role_with_the_password(
        self, repository: str | None, listed: tuple[str, ...] | None, expected: set[str], synthesise: Synthesise
    ) -> None:
        service = ServiceConfig(port=8000, paths=("/*",), repository=repository, secrets=listed)
        config = replace(one_service(service), secrets={"TOKEN": "dev/token"})
        template = synthesise(
            lambda stack: AdHocApp(stack, "App", name=EnvironmentName("dev", "alpha"), config=config, base=AD_HOC_BASE)
        ).to_json()

        task = named(template, "AWS::ECS::TaskDefinition", "ServicesWeb")
        assert {secret["Name"] for secret in task["ContainerDefinitions"][0].get("Secrets", [])} == expected
        has_data = "OtherTaskRole" not in text(task["TaskRoleArn"])
        assert has_data == ("POSTGRES_PASSWORD" in expected)

    def test_declared_secrets_are_injected_and_readable_by_name_only(self, templates: dict[str, Any]) -> None:
        secrets = {s["Name"]: s["ValueFrom"] for s in container(templates["dev-beta"], "ServicesWeb")["Secrets"]}
        assert text(secrets["SENTRY_DSN"]).endswith('secret:shared/sentry:dsn::"')
        assert "secret:shared/sentry-??????" in text(
            named(templates["dev-beta"], "AWS::IAM::Policy", "ApplicationExecutionRole")
        )
        assert "shared/sentry" not in text(templates["dev-alpha"])

    def test_release_task_runs_the_release_command(self, templates: dict[str, Any]) -> None:
        alpha = templates["dev-alpha"]
        assert container(alpha, "ReleaseTaskDefinition")["Command"] == ["python", "manage.py", "pre_update"]

    def test_services_may_have_images_of_their_own_and_commands_run_the_application_s(
        self, synthesise: Synthesise
    ) -> None:
        services = {
            "web": ServiceConfig(port=8000, paths=("/*",), image="v9"),
            "worker": ServiceConfig(),
            "frontend": ServiceConfig(repository="site", image=f"sha256:{'a' * 64}"),
            "relay": ServiceConfig(repository="site"),
        }
        config = replace(
            one_service(services["web"]),
            services=services,
            release_command=("migrate",),
            post_release_command=("notify",),
            jobs={"cleanup": JobConfig(command=("clean",), schedule="0 3 * * *")},
            environment={"VERSION": "{app.image}"},
        )
        template = synthesise(
            lambda stack: AdHocApp(stack, "App", name=EnvironmentName("dev", "alpha"), config=config, base=AD_HOC_BASE)
        ).to_json()

        definitions = {
            task["Family"]: task["ContainerDefinitions"][0]
            for task in of_type(template, "AWS::ECS::TaskDefinition")
            if task["ContainerDefinitions"][0]["Name"] == CONTAINER_NAME
        }
        images = {family.rpartition("_")[2]: text(one["Image"]) for family, one in definitions.items()}
        endings = {name: image.rpartition("/")[2].partition('"')[0] for name, image in images.items()}
        assert endings == {
            "web": "microblog:v9",
            "worker": "microblog:v1",
            "frontend": f"site@sha256:{'a' * 64}",
            "relay": "site:v1",
            "release": "microblog:v1",
            "post-release": "microblog:v1",
            "job-cleanup": "microblog:v1",
        }
        assert {variables(one)["VERSION"] for one in definitions.values()} == {"v1"}
        web, worker = (named(template, "AWS::ECS::TaskDefinition", f"Services{name}") for name in ("Web", "Worker"))
        assert web["TaskRoleArn"] == worker["TaskRoleArn"]
        assert web["ContainerDefinitions"][0]["Secrets"] == worker["ContainerDefinitions"][0]["Secrets"]

    def test_without_a_release_command_there_is_no_release_task(self, synthesise: Synthesise) -> None:
        config = one_service(ServiceConfig(port=8000, paths=("/*",)))
        name = EnvironmentName("dev", "alpha")
        template = synthesise(lambda stack: AdHocApp(stack, "AdHocApp", name=name, config=config, base=AD_HOC_BASE))
        template.resource_count_is("Custom::OneOffTask", 1)
        template.has_resource_properties("Custom::OneOffTask", {"Description": "the database task"})

    def test_many_paths_become_rules_of_four(self, synthesise: Synthesise) -> None:
        paths = tuple(f"/section-{number}/*" for number in range(9))
        config = one_service(ServiceConfig(port=8000, paths=paths))
        name = EnvironmentName("dev", "alpha")
        template = synthesise(
            lambda stack: AdHocApp(stack, "AdHocApp", name=name, config=config, base=AD_HOC_BASE)
        ).to_json()
        rules = of_type(template, "AWS::ElasticLoadBalancingV2::ListenerRule")
        assert sorted(len(rule["Conditions"][1]["PathPatternConfig"]["Values"]) for rule in rules) == [1, 4, 4]
        assert len({rule["Priority"] for rule in rules}) == 3

    def test_container_health_check_is_the_declared_command(self, templates: dict[str, Any]) -> None:
        alpha = templates["dev-alpha"]
        assert container(alpha, "ServicesWorker")["HealthCheck"]["Command"][:3] == ["CMD", "sh", "-c"]
        assert "HealthCheck" not in container(alpha, "ServicesBeat")
        target_group = the_only(alpha, "AWS::ElasticLoadBalancingV2::TargetGroup")
        assert target_group["HealthCheckPath"] == "/api/health-check/"

    def test_health_check_of_a_web_service_is_the_declared_one(
        self, templates: dict[str, Any], synthesise: Synthesise
    ) -> None:
        def check(template: dict[str, Any]) -> tuple[Any, ...]:
            target_group = the_only(template, "AWS::ElasticLoadBalancingV2::TargetGroup")
            services = of_type(template, "AWS::ECS::Service")
            grace = [service["HealthCheckGracePeriodSeconds"] for service in services if service.get("LoadBalancers")]
            assert all("HealthCheckGracePeriodSeconds" not in s for s in services if not s.get("LoadBalancers"))
            return target_group["HealthCheckPath"], target_group["Matcher"]["HttpCode"], grace

        name = EnvironmentName("dev", "alpha")
        config = one_service(
            ServiceConfig(
                port=8000,
                paths=("/*",),
                health_check_path="/ok",
                health_check_codes="200,301-302",
                health_check_grace_seconds=120,
            )
        )
        declared = synthesise(lambda stack: AdHocApp(stack, "AdHocApp", name=name, config=config, base=AD_HOC_BASE))

        assert check(dict(declared.to_json())) == ("/ok", "200,301-302", [120])
        assert check(templates["dev-alpha"]) == ("/api/health-check/", "200", [60])

    def test_apps_change_neither_their_base_nor_each_other(self, templates: dict[str, Any], tmp_path: Path) -> None:
        folder = tmp_path / "environments"
        for file in ("accounts/main.yaml", "dev/base.yaml", "dev/alpha.yaml"):
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text((ENVIRONMENTS / file).read_text())
        without_beta = synthesise_folder(folder, tmp_path / "cdk.out")
        assert without_beta == {stack: templates[stack] for stack in ("accounts-main", "dev-base", "dev-alpha")}


class TestProdApp:
    def test_secrets_and_logs_outlive_the_stack(self, templates: dict[str, Any]) -> None:
        kept = {
            resource["Type"]
            for resource in templates["prod-app"]["Resources"].values()
            if resource.get("DeletionPolicy") == "RetainExceptOnCreate"
        }
        assert kept == {"AWS::SecretsManager::Secret", "AWS::Logs::LogGroup", "AWS::S3::Bucket"}

    def test_bucket_keeps_versions_and_is_never_emptied(self, templates: dict[str, Any]) -> None:
        assert the_only(templates["prod-app"], "AWS::S3::Bucket")["VersioningConfiguration"] == {"Status": "Enabled"}
        assert of_type(templates["prod-app"], "Custom::BucketContents") == []
        policy = the_only(templates["prod-app"], "AWS::S3::BucketPolicy")["PolicyDocument"]
        assert [statement["Effect"] for statement in policy["Statement"]] == ["Deny"]

    def test_access_to_the_bucket_is_logged_where_the_base_allows_it(self, templates: dict[str, Any]) -> None:
        logging = the_only(templates["prod-app"], "AWS::S3::Bucket")["LoggingConfiguration"]
        assert logging["DestinationBucketName"] == {"Ref": "BaseAccessLogsBucketName"}
        (statement,) = (
            statement
            for statement in the_only(templates["prod-base"], "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
            if statement["Principal"] == {"Service": "logging.s3.amazonaws.com"}
        )
        assert statement["Action"] == "s3:PutObject"
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "222222222222"}}
        prefix = logging["LogFilePrefix"].partition("/")[0]
        assert statement["Resource"]["Fn::Join"][1][1] == f"/{prefix}/*"

    def test_declared_services_scale_within_their_bounds(self, templates: dict[str, Any]) -> None:
        targets = of_type(templates["prod-app"], "AWS::ApplicationAutoScaling::ScalableTarget")
        assert sorted((t["MinCapacity"], t["MaxCapacity"]) for t in targets) == [(1, 4), (2, 8)]
        policies = of_type(templates["prod-app"], "AWS::ApplicationAutoScaling::ScalingPolicy")
        configurations = [policy["TargetTrackingScalingPolicyConfiguration"] for policy in policies]
        assert sorted(c["TargetValue"] for c in configurations) == [60, 70, 100, 600]
        assert all(c["ScaleOutCooldown"] < c["ScaleInCooldown"] for c in configurations)

    def test_answers_at_the_declared_host_name(self, templates: dict[str, Any]) -> None:
        assert the_only(templates["prod-app"], "AWS::Route53::RecordSet")["Name"] == "www.example.com."
        assert variables(container(templates["prod-app"], "ServicesWeb"))["FRONTEND_URL"] == "https://www.example.com"


def _needed(resources: dict[str, Any], key: str) -> set[str]:
    """Return what CloudFormation creates before a resource, and deletes after it."""
    needed: set[str] = set()
    while more := {ref for one in {key, *needed} for ref in _named(resources[one]) & resources.keys()} - needed:
        needed |= more
    return needed


def _named(resource: dict[str, Any]) -> set[str]:
    """Return the logical ids that a resource names: by DependsOn, Ref or Fn::GetAtt."""
    names: set[str] = set(resource.get("DependsOn", []))
    parts: list[Any] = [resource]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            names |= {str(part["Ref"])} if "Ref" in part else set()
            names |= {part["Fn::GetAtt"][0]} if "Fn::GetAtt" in part else set()
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return names
