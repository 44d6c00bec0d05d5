"""A service without a port: workers and schedulers."""

from constructs import Construct

from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import EnvironmentName, service_family
from constructs_lib.services.application import Application
from constructs_lib.services.cluster import Cluster

STOP_TIMEOUT_SECONDS = 120
"""All that Fargate allows, and all the notice that Spot gives: time to finish the task at hand.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
"""


class WorkerService(Construct):
    """Tasks that take their work from a queue or a clock."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        service: str,
        config: ServiceConfig,
        application: Application,
        cluster: Cluster,
    ) -> None:
        super().__init__(scope, construct_id)
        task = application.define_task(
            self,
            family=service_family(name, service),
            service_name=service,
            service=config,
            stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
        )
        self.service = cluster.run(self, task_definition=task, singleton=config.singleton)
