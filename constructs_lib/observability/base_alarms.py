"""Alarms of a production base: load balancer, database, cache, way out."""

import re
from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs_lib.observability.alarm import Alarm
from constructs_lib.observability.metrics import CacheMetrics, DatabaseMetrics, LoadBalancerMetrics, nat_port_errors

GIB = 1024**3
OWN_ERRORS_A_MINUTE = 10
BUSY_PERCENT = 90
FREE_STORAGE_PERCENT = 5
"""Half of the 10 % at which storage grows by itself: less means that it could not."""

FREE_MEMORY_PERCENT = 5
CONNECTIONS_PERCENT = 80
EVICTIONS = 100
CACHE_PERCENT = 80

_GIB_OF_LARGE = {"m": 8, "r": 16, "t": 8, "x": 32}
_SIZES = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0, "xlarge": 2.0}


class BaseAlarms(Construct):
    """Tells `topic` before the parts that all applications of the base share run out of something.

    Sizes are in GiB. A database without metrics is one that is down: there, missing data is a breach.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        topic: sns.ITopic,
        load_balancer: str,
        database: str,
        database_class: str,
        storage_gib: int,
        cache_group: str,
        cache_nodes: int,
        nat_gateways: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        Alarm(
            self,
            "LoadBalancerErrors",
            description="The load balancer answers 5xx by itself: no task is there, or none answers in time",
            metric=LoadBalancerMetrics(load_balancer=load_balancer).own_errors(),
            threshold=OWN_ERRORS_A_MINUTE,
            periods=5,
            breaches=3,
            topic=topic,
        )
        self._watch_database(DatabaseMetrics(instance=database), memory_gib(database_class), storage_gib, topic)
        self._watch_cache(CacheMetrics(group=cache_group, nodes=cache_nodes), topic)
        Alarm(
            self,
            "NatPortErrors",
            description="A NAT gateway has no source port left for a destination: connections out fail",
            metric=nat_port_errors(nat_gateways),
            threshold=1,
            periods=1,
            topic=topic,
        )

    def _watch_database(self, metrics: DatabaseMetrics, memory_gib: float, storage_gib: int, topic: sns.ITopic) -> None:
        Alarm(
            self,
            "DatabaseCpu",
            description=f"The database's CPU is at {BUSY_PERCENT} % or more, or the database is down",
            metric=metrics.cpu_percent(),
            threshold=BUSY_PERCENT,
            periods=3,
            missing=cloudwatch.TreatMissingData.BREACHING,
            topic=topic,
        )
        Alarm(
            self,
            "DatabaseStorage",
            description="Little of the database's storage is free, and it has not grown by itself",
            metric=metrics.free_storage_bytes(),
            threshold=storage_gib * GIB * FREE_STORAGE_PERCENT / 100,
            periods=2,
            below=True,
            topic=topic,
        )
        Alarm(
            self,
            "DatabaseMemory",
            description="Little of the database's memory is free: it will swap, or kill connections",
            metric=metrics.free_memory_bytes(),
            threshold=round(memory_gib * GIB * FREE_MEMORY_PERCENT / 100),
            periods=3,
            below=True,
            topic=topic,
        )
        Alarm(
            self,
            "DatabaseConnections",
            description=f"{CONNECTIONS_PERCENT} % of the connections that the database allows are open",
            metric=metrics.connections(),
            threshold=max_connections(memory_gib) * CONNECTIONS_PERCENT // 100,
            periods=2,
            topic=topic,
        )

    def _watch_cache(self, metrics: CacheMetrics, topic: sns.ITopic) -> None:
        Alarm(
            self,
            "CacheEvictions",
            description="The cache throws out keys to make room, and queued jobs may be among them",
            metric=metrics.evictions(),
            threshold=EVICTIONS,
            periods=1,
            topic=topic,
        )
        for name, metric in (("CacheCpu", metrics.cpu_percent()), ("CacheMemory", metrics.memory_percent())):
            Alarm(
                self,
                name,
                description=f"The cache's {'CPU' if name == 'CacheCpu' else 'memory'} is at {CACHE_PERCENT} % or more",
                metric=metric,
                threshold=CACHE_PERCENT,
                periods=3,
                topic=topic,
            )


def memory_gib(instance_class: str) -> float:
    """Return the memory of an RDS instance class, `m7g.large`, in GiB.

    Raises ValueError for a class that is not of the families T, M, R and X.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
    """
    family, _, size = instance_class.partition(".")
    multiple = re.fullmatch(r"(\d+)xlarge", size)
    factor = 2.0 * int(multiple[1]) if multiple else _SIZES.get(size)
    if family[0] not in _GIB_OF_LARGE or factor is None:
        raise ValueError(f"the memory of the instance class {instance_class} is not known; use one of T, M, R or X")
    return _GIB_OF_LARGE[family[0]] * factor


def max_connections(memory_gib: float) -> int:
    """Return RDS's default of PostgreSQL's `max_connections` for an instance with this memory, or a few less.

    The formula counts the memory that the operating system and RDS leave. Instances of 2, 4 and 8 GiB were seen with
    198, 413 and 856 connections.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
    """
    return min(int((0.95 * memory_gib - 0.15) * GIB / 9531392), 5000)
