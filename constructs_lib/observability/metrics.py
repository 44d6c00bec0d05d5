"""The CloudWatch metrics that alarms and dashboards of production look at.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html
https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from constructs_lib.config import queue_metric

Statistic = Literal["Average", "Maximum", "Minimum", "Sum", "p50", "p95", "p99"]

FEWEST_REQUESTS = 20
"""Requests a minute below which a rate of errors says nothing: one failure among three is not an outage."""


class WebMetrics:
    """A web service as its load balancer sees it. Nothing here refers to the ECS service.

    A deployment can therefore watch these: its alarms exist before the service does.
    """

    def __init__(self, *, target_group: str, load_balancer: str) -> None:
        self._dimensions = {"TargetGroup": target_group, "LoadBalancer": load_balancer}

    def requests(self) -> cloudwatch.Metric:
        """Requests a minute that reached a task."""
        return self._metric("RequestCount", "Sum")

    def server_errors(self) -> cloudwatch.Metric:
        """Answers a minute with a status of 500 or more."""
        return self._metric("HTTPCode_Target_5XX_Count", "Sum")

    def error_percent(self) -> cloudwatch.MathExpression:
        """Percent of the requests of a minute that were answered with 5xx; 0 when there were few requests."""
        return cloudwatch.MathExpression(
            expression=f"IF(requests >= {FEWEST_REQUESTS}, 100 * FILL(errors, 0) / requests, 0)",
            using_metrics={"requests": self.requests(), "errors": self.server_errors()},
            period=cdk.Duration.minutes(1),
        )

    def latency_seconds(self, statistic: Statistic) -> cloudwatch.Metric:
        """Seconds from the request to the first byte of its answer."""
        return self._metric("TargetResponseTime", statistic)

    def unhealthy_tasks(self) -> cloudwatch.Metric:
        """Tasks that fail the health check."""
        return self._metric("UnHealthyHostCount", "Maximum")

    def healthy_tasks(self) -> cloudwatch.Metric:
        """Tasks that pass the health check."""
        return self._metric("HealthyHostCount", "Minimum")

    def _metric(self, name: str, statistic: Statistic) -> cloudwatch.Metric:
        return _metric("AWS/ApplicationELB", name, self._dimensions, statistic, minutes=1)


class LoadBalancerMetrics:
    """A load balancer itself."""

    def __init__(self, *, load_balancer: str) -> None:
        self._dimensions = {"LoadBalancer": load_balancer}

    def own_errors(self) -> cloudwatch.Metric:
        """Answers a minute with 5xx that are the load balancer's own: no task was there, or none answered in time."""
        return _metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", self._dimensions, "Sum", minutes=1)


class ServiceMetrics:
    """The tasks of an ECS service."""

    def __init__(self, *, cluster: str, service: str) -> None:
        self._dimensions = {"ClusterName": cluster, "ServiceName": service}

    def cpu_percent(self) -> cloudwatch.Metric:
        """Average CPU of the tasks, in percent of their reservation."""
        return _metric("AWS/ECS", "CPUUtilization", self._dimensions, "Average")

    def memory_percent(self) -> cloudwatch.Metric:
        """Memory of the fullest task, in percent of what it has."""
        return _metric("AWS/ECS", "MemoryUtilization", self._dimensions, "Maximum")


class DatabaseMetrics:
    """An RDS instance."""

    def __init__(self, *, instance: str) -> None:
        self._dimensions = {"DBInstanceIdentifier": instance}

    def cpu_percent(self) -> cloudwatch.Metric:
        """CPU of the instance."""
        return self._metric("CPUUtilization", "Average")

    def connections(self) -> cloudwatch.Metric:
        """Open connections."""
        return self._metric("DatabaseConnections", "Maximum")

    def free_memory_bytes(self) -> cloudwatch.Metric:
        """Memory that neither processes nor caches use."""
        return self._metric("FreeableMemory", "Minimum")

    def free_storage_bytes(self) -> cloudwatch.Metric:
        """Free bytes of the storage allocated now, before it grows."""
        return self._metric("FreeStorageSpace", "Minimum")

    def _metric(self, name: str, statistic: Statistic) -> cloudwatch.Metric:
        return _metric("AWS/RDS", name, self._dimensions, statistic)


class CacheMetrics:
    """The nodes of a replication group with one shard, taken together."""

    def __init__(self, *, group: str, nodes: int) -> None:
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.CreatingReplGroup.html names them so.
        self._nodes = [f"{group}-{number:03}" for number in range(1, nodes + 1)]

    def evictions(self) -> cloudwatch.MathExpression:
        """Keys that were thrown out in five minutes to make room."""
        return self._over_nodes("Evictions", "Sum", "SUM", "evictions")

    def cpu_percent(self) -> cloudwatch.MathExpression:
        """CPU of the engine's thread on the busiest node."""
        return self._over_nodes("EngineCPUUtilization", "Average", "MAX", "cpu")

    def memory_percent(self) -> cloudwatch.MathExpression:
        """Memory in use on the fullest node, in percent of what it may use."""
        return self._over_nodes("DatabaseMemoryUsagePercentage", "Maximum", "MAX", "memory")

    def _over_nodes(self, name: str, statistic: Statistic, function: str, prefix: str) -> cloudwatch.MathExpression:
        return _combined(
            function,
            (_metric("AWS/ElastiCache", name, {"CacheClusterId": node}, statistic) for node in self._nodes),
            prefix,
        )


def queue_length(dimensions: Mapping[str, str]) -> cloudwatch.Metric:
    """Return the messages that wait for a service's workers, as the application publishes them."""
    return _metric(queue_metric.NAMESPACE, queue_metric.QUEUE_LENGTH, dimensions, "Minimum")


def nat_port_errors(gateways: Iterable[str]) -> cloudwatch.MathExpression:
    """Return the connections, in five minutes, for which a NAT gateway had no source port left."""
    metrics = (
        _metric("AWS/NATGateway", "ErrorPortAllocation", {"NatGatewayId": gateway}, "Sum") for gateway in gateways
    )
    return _combined("SUM", metrics, "port")


def _combined(function: str, metrics: Iterable[cloudwatch.IMetric], prefix: str) -> cloudwatch.MathExpression:
    # A graph with two expressions needs ids that differ.
    named = {f"{prefix}{number}": metric for number, metric in enumerate(metrics, start=1)}
    return cloudwatch.MathExpression(
        expression=f"{function}([{', '.join(named)}])",
        using_metrics=named,
        period=cdk.Duration.minutes(5),
    )


def _metric(
    namespace: str, name: str, dimensions: Mapping[str, str], statistic: Statistic, *, minutes: int = 5
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=cdk.Duration.minutes(minutes),
    )
