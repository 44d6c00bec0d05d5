"""The dashboard of a production application: what to look at first when an alarm goes off."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs_lib.observability.metrics import (
    CacheMetrics,
    DatabaseMetrics,
    LoadBalancerMetrics,
    ServiceMetrics,
    WebMetrics,
)

WIDTH = 24
"""Columns of a dashboard."""

HEIGHT = 6


class Dashboard(Construct):
    """Alarms on top, then requests, tasks, and the resources shared with the base."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alarms: Sequence[cloudwatch.IAlarm],
        load_balancer: LoadBalancerMetrics,
        web: Mapping[str, WebMetrics],
        services: Mapping[str, ServiceMetrics],
        database: DatabaseMetrics,
        cache: CacheMetrics,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dashboard = cloudwatch.Dashboard(self, "Dashboard")
        self.dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=WIDTH, height=HEIGHT // 2)
        )
        for name, metrics in web.items():
            self.dashboard.add_widgets(
                _graph(
                    f"{name}: requests",
                    {
                        "requests": metrics.requests(),
                        "5xx": metrics.server_errors(),
                        "load balancer 5xx": load_balancer.own_errors(),
                    },
                ),
                _graph(f"{name}: 5xx %", {"5xx %": metrics.error_percent()}),
                _graph(
                    f"{name}: seconds",
                    {
                        "p50": metrics.latency_seconds("p50"),
                        "p95": metrics.latency_seconds("p95"),
                        "p99": metrics.latency_seconds("p99"),
                    },
                ),
                _graph(f"{name}: tasks", {"healthy": metrics.healthy_tasks(), "unhealthy": metrics.unhealthy_tasks()}),
            )
        self.dashboard.add_widgets(
            *(
                _graph(f"{name}: CPU and memory %", {"CPU %": tasks.cpu_percent(), "memory %": tasks.memory_percent()})
                for name, tasks in services.items()
            )
        )
        self.dashboard.add_widgets(
            _graph("Database: CPU %", {"CPU %": database.cpu_percent()}),
            _graph("Database: connections", {"connections": database.connections()}),
            _graph(
                "Database: free bytes",
                {"free storage": database.free_storage_bytes(), "freeable memory": database.free_memory_bytes()},
            ),
            _graph("Cache: CPU and memory %", {"CPU %": cache.cpu_percent(), "memory %": cache.memory_percent()}),
        )


def _graph(title: str, metrics: Mapping[str, cloudwatch.Metric | cloudwatch.MathExpression]) -> cloudwatch.GraphWidget:
    """Return a graph of metrics by label."""
    labelled: list[cloudwatch.IMetric] = [metric.with_(label=label) for label, metric in metrics.items()]
    return cloudwatch.GraphWidget(title=title, left=labelled, width=WIDTH // 4, height=HEIGHT)
