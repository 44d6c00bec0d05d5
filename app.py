"""The table of contents: declarations in, one CloudFormation stack each out.

Context: `environment` names the environments to synthesise (comma-separated; all when left out), `environments` the
folder of declarations.
"""

import sys
from pathlib import Path

import aws_cdk as cdk

from constructs_lib.account import Account
from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.ad_hoc_base import AdHocBase
from constructs_lib.config.environments import Environment, load, parse_name
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.model import AccountConfig, AdHocAppConfig, AdHocBaseConfig, ProdAppConfig, ProdBaseConfig
from constructs_lib.feature_flags import FEATURE_FLAGS
from constructs_lib.prod_app import ProdApp
from constructs_lib.prod_base import ProdBase
from constructs_lib.stack import EnvironmentStack


def build(app: cdk.App, environment: Environment) -> None:
    """Add the stack of one environment to `app`."""
    stack = EnvironmentStack(app, environment)
    name, base = environment.name, environment.base
    match environment.config, base and base.config:
        case AccountConfig() as config, None:
            Account(stack, "Account", config=config)
        case AdHocBaseConfig() as config, None:
            AdHocBase(stack, "AdHocBase", name=name, config=config)
        case ProdBaseConfig() as config, None:
            ProdBase(stack, "ProdBase", name=name, config=config)
        case AdHocAppConfig() as config, AdHocBaseConfig() as base_config:
            AdHocApp(stack, "AdHocApp", name=name, config=config, base=base_config)
        case ProdAppConfig() as config, ProdBaseConfig() as base_config:
            ProdApp(stack, "ProdApp", name=name, config=config, base=base_config)


def assemble(app: cdk.App) -> None:
    """Add the stacks that the context of `app` asks for. Raises DeclarationError, or ValueError for a bad name."""
    folder = Path(app.node.try_get_context("environments") or "environments")
    selected = app.node.try_get_context("environment")
    only = {parse_name(name) for name in selected.split(",")} if selected else None
    environments = load(folder, only=only)
    for environment in environments:
        if only is None or environment.name in only:
            build(app, environment)


if __name__ == "__main__":
    cdk_app = cdk.App(context=FEATURE_FLAGS)
    try:
        assemble(cdk_app)
    except (DeclarationError, ValueError) as error:
        sys.exit(str(error))
    cdk_app.synth()
