"""The services of one application, from their declarations."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from constructs_lib.base_interface import ImportedBase
from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import SERVICE_TAG, EnvironmentName, logical_id
from constructs_lib.services.application import Application
from constructs_lib.services.cluster import Cluster
from constructs_lib.services.web_service import WebService
from constructs_lib.services.worker_service import WorkerService


class Services(Construct):
    """A web service for each declaration with a port, a worker service for each without one."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        config: Mapping[str, ServiceConfig],
        host: str,
        application: Application,
        cluster: Cluster,
        base: ImportedBase,
    ) -> None:
        super().__init__(scope, construct_id)
        self.web: dict[str, WebService] = {}
        self.workers: dict[str, WorkerService] = {}
        for service, service_config in config.items():
            if service_config.port is None:
                self.workers[service] = WorkerService(
                    self,
                    logical_id(service),
                    name=name,
                    service=service,
                    config=service_config,
                    application=application,
                    cluster=cluster,
                )
            else:
                self.web[service] = WebService(
                    self,
                    logical_id(service),
                    name=name,
                    service=service,
                    config=service_config,
                    host=host,
                    application=application,
                    cluster=cluster,
                    vpc=base.vpc,
                    listener=base.listener,
                )
        for service, fargate_service in self.by_name.items():
            cdk.Tags.of(fargate_service).add(SERVICE_TAG, service)

    @property
    def by_name(self) -> dict[str, ecs.FargateService]:
        """The ECS services, by the names of their declarations."""
        return {name: part.service for name, part in (self.web | self.workers).items()}
