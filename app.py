"""The table of contents: declarations in, one CloudFormation stack each out.

Context: `environment` names the ones to synthesise (comma-separated), `environments` the folder of declarations.
"""

import sys
from pathlib import Path

import aws_cdk as cdk

from constructs_lib.config.environments import Environment, load, parse_name
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.model import AccountConfig, AdHocAppConfig, AdHocBaseConfig, ProdAppConfig, ProdBaseConfig
from constructs_lib.feature_flags import FEATURE_FLAGS
from constructs_lib.stack import EnvironmentStack


def build(app: cdk.App, environment: Environment) -> None:
    """Add the stack of one environment to `app`. Constructs are loaded when they are built: most runs build few."""
    stack, name, base = EnvironmentStack(app, environment), environment.name, environment.base
    match environment.config, base and base.config:
        case AccountConfig() as config, None:
            from constructs_lib.account import Account

            Account(stack, "Account", config=config)
        case AdHocBaseConfig() as config, None:
            from constructs_lib.ad_hoc_base import AdHocBase

            AdHocBase(stack, "AdHocBase", name=name, config=config)
        case ProdBaseConfig() as config, None:
            from constructs_lib.prod_base import ProdBase

            ProdBase(stack, "ProdBase", name=name, config=config)
        case AdHocAppConfig() as config, AdHocBaseConfig() as base_config:
            from constructs_lib.ad_hoc_app import AdHocApp

            AdHocApp(stack, "AdHocApp", name=name, config=config, base=base_config)
        case ProdAppConfig() as config, ProdBaseConfig() as base_config:
            from constructs_lib.prod_app import ProdApp

            ProdApp(stack, "ProdApp", name=name, config=config, base=base_config)


def assemble(app: cdk.App) -> None:
    """Add the stacks that the context of `app` asks for. Raises DeclarationError, or ValueError for a bad name."""
    context = app.node.try_get_context
    only = {parse_name(name) for name in context("environment").split(",")} if context("environment") else None
    for environment in load(Path(context("environments") or "environments"), only=only):
        if only is None or environment.name in only:
            build(app, environment)


if __name__ == "__main__":
    cdk_app = cdk.App(context=FEATURE_FLAGS, tree_metadata=False, stack_traces=False)
    try:
        assemble(cdk_app)
    except (DeclarationError, ValueError) as error:
        sys.exit(str(error))
    cdk_app.synth()
