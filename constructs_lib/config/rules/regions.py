"""Rules on regions: what a region has at all."""

from collections.abc import Iterator

from constructs_lib.config import offers
from constructs_lib.config.errors import Problem, suggestion
from constructs_lib.config.rules.declarations import Declarations


def regions_exist(declarations: Declarations) -> Iterator[Problem]:
    """A region is one of AWS, with all services that an environment uses."""
    known = offers.load().regions
    for environment in declarations.environments:
        if environment.base is None and environment.region and environment.region not in known:
            if not environment.says(("region",)):
                continue  # the account's, which has the problem itself
            hint = suggestion(environment.region, known) or "; choose another"
            message = f"AWS has no region {environment.region} with all services that environments use{hint}"
            yield environment.problem(("region",), message)


def processors_are_offered(declarations: Declarations) -> Iterator[Problem]:
    """Fargate has processors of the application's architecture in the region of its base."""
    for app, config in declarations.apps:
        region = offers.load().regions.get(app.region)
        if region and region.processors and config.architecture not in region.processors:
            others = " or ".join(sorted(region.processors))
            message = f"Fargate has no {config.architecture} in {app.region}; set `architecture: {others}`, and build"
            yield app.problem(("architecture",), f"{message} the image for it")
