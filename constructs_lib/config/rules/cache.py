"""Rules on the cache of a production base: what ElastiCache would refuse to create."""

from collections.abc import Iterator

from constructs_lib.config import offers
from constructs_lib.config.errors import Problem, suggestion
from constructs_lib.config.model import ProdBaseConfig
from constructs_lib.config.rules.declarations import Declarations


def node_types_exist(declarations: Declarations) -> Iterator[Problem]:
    """ElastiCache has the node type in the region of the base."""
    for base, config in declarations.bases:
        if not isinstance(config, ProdBaseConfig):
            continue
        region = offers.load().regions.get(base.region)
        name = config.cache.node_type
        if region and region.node_types and name not in region.node_types:
            hint = suggestion(name, sorted(region.node_types)) or "; choose another"
            yield base.problem(("cache", "node_type"), f"ElastiCache has no node type {name} in {base.region}{hint}")
