"""Extends MiniStack, in the process of the server, with everything that this package adds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from local_aws import resource_types, settings
from local_aws.authorisation import gate
from local_aws.authorisation.task_roles import TaskRoles
from local_aws.engine.choice import engine_of
from local_aws.ministack import account_defaults, cloudformation, elasticache, functions, logs, mail, service_discovery
from local_aws.runtime.agent import LocalAgent
from local_aws.runtime.container import TaskEnvironment
from local_aws.runtime.images import Images
from local_aws.runtime.launcher import Launcher
from local_aws.runtime.surroundings import TASKS
from local_aws.strictness import gate as strictness_gate
from local_aws.strictness import service_linked_roles, service_quotas
from local_aws.strictness.api_refusals import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.authorisation.authority import Authority
    from local_aws.mail import MailRelays
    from local_aws.resource_types.base import Correction

SMTP_HOST = "SMTP_HOST"
"""The variable by which MiniStack's SES finds the relay for mail that was sent by its API."""


def extend(state_dir: Path) -> None:
    """Extend MiniStack in this process. With images, also start what tasks use: mail relay, databases and caches."""
    account_defaults.add_public_parameters()
    account_defaults.let_clients_choose_hosted_zone_ids()
    functions.name_errors_as_lambda_does()
    cloudformation.fail_custom_resources_early()
    cloudformation.keep_container_definitions_whole()
    cloudformation.name_log_groups_as_aws_does()
    elasticache.escape_access_strings()
    cloudformation.describe_ssm_parameters_as_aws_does()
    cloudformation.return_templates_in_ascii()
    cloudformation.give_every_stack_names_of_its_own()
    cloudformation.provision_in_threads("AWS::ECS::Service", "AWS::RDS::DBInstance")
    logs.limit_size_of_pages()
    service_discovery.create_services_in_registries()
    service_quotas.register()
    service_linked_roles.register()
    strictness_gate.install(REFUSALS)
    questions = os.environ.get(settings.QUESTIONS)
    authority = gate.enforce(state_dir, Path(questions) if questions else None)
    mail.name_senders_of_raw_messages()  # after the gates, so that they see the sender
    images = Images(state_dir)
    servers = _start_servers(state_dir, images, authority) if images.wanted else _Servers()
    resource_types.register(*servers.corrections)
    endpoint = f"http://localhost:{os.environ['GATEWAY_PORT']}"
    environment = TaskEnvironment(endpoint, TaskRoles(authority, endpoint), servers.variables, servers.relays)
    launcher = Launcher(images, state_dir / TASKS, engine_of(state_dir), environment.files)
    LocalAgent(launcher, environment).register()


class _Servers(NamedTuple):
    """What tasks use: the variables of all of them, mail relays, and corrections of resource types."""

    variables: Mapping[str, str] = {}
    relays: MailRelays | None = None
    corrections: tuple[Correction, ...] = ()


def _start_servers(state_dir: Path, images: Images, authority: Authority) -> _Servers:
    """Start the mail relay, for SES too, and prepare databases and caches."""
    from local_aws import mail as relay  # noqa: PLC0415 - not loaded where tasks are simulated
    from local_aws.authorisation.senders import Senders  # noqa: PLC0415
    from local_aws.data import postgres, valkey  # noqa: PLC0415
    from local_aws.data.servers import DataServers  # noqa: PLC0415
    from local_aws.data.tls import Authority as CertificateAuthority  # noqa: PLC0415

    for server in (postgres, valkey):
        server.write_image(images.own(server.IMAGE))
    relays = relay.MailRelays(state_dir / relay.FOLDER, Senders(authority))
    os.environ[SMTP_HOST] = f"{relays.of_others.address}:{relay.PORT}"
    certificates = CertificateAuthority(state_dir / "authority")
    return _Servers(certificates.variables, relays, DataServers(state_dir, certificates).corrections)
