"""What must hold between the fields of one declaration and between declarations.

A rule is a function that yields problems; it sees only declarations that have the right shape.
Those that are checked are the ones in RULES.
"""

from collections.abc import Callable, Iterator

from constructs_lib.config.errors import Problem
from constructs_lib.config.rules import (
    accounts,
    cache,
    database,
    domains,
    identity,
    jobs,
    lifetime,
    mail,
    network,
    permissions,
    ports,
    references,
    regions,
    routing,
    schedule,
    seeding,
    services,
    sizes,
    variables,
)
from constructs_lib.config.rules.declarations import Declarations

__all__ = ["RULES", "Declarations", "Rule", "check"]

Rule = Callable[[Declarations], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    identity.stack_names_are_unique,
    identity.accounts_are_declared_once,
    identity.production_bases_have_one_app,
    identity.caches_are_no_services_of_apps,
    identity.service_ids_are_unique,
    identity.images_do_not_move,
    identity.images_are_run,
    accounts.one_file_names_the_repository,
    accounts.accounts_have_something,
    accounts.budget_has_email,
    accounts.repositories_are_declared,
    accounts.production_has_its_own_account,
    lifetime.expiry_is_within_policy,
    lifetime.consents_end_on_a_day,
    lifetime.environments_are_within_policy,
    network.blocks_are_usable,
    network.allowed_blocks_are_networks,
    network.blocks_do_not_overlap,
    network.zones_are_counted_once,
    domains.hosts_are_unique,
    domains.hostnames_are_below_the_domain,
    domains.certificates_can_be_issued,
    domains.certificates_are_of_the_base,
    domains.zones_hold_their_domains,
    mail.mail_identities_are_unique,
    mail.senders_are_of_the_domain,
    regions.regions_exist,
    regions.processors_are_offered,
    database.storage_can_grow,
    database.database_versions_exist,
    database.instance_classes_exist,
    cache.node_types_exist,
    routing.paths_go_with_a_port,
    routing.health_check_codes_are_ranges,
    routing.one_service_answers_the_rest,
    routing.paths_do_not_overlap,
    routing.rules_have_few_wildcards,
    routing.priorities_are_unique,
    routing.load_balancer_quotas_hold,
    services.sizes_exist,
    services.scaling_is_a_range,
    services.scaling_follows_what_there_is,
    services.singletons_stay_single,
    services.commands_need_no_shell,
    ports.commands_bind_the_port,
    ports.commands_bind_a_reachable_address,
    sizes.task_definitions_fit,
    schedule.awake_hours_are_clear,
    schedule.time_zones_exist,
    jobs.schedules_of_jobs_are_clear,
    jobs.job_ids_are_unique,
    seeding.seeds_are_other_environments,
    seeding.seeds_do_not_go_round,
    variables.the_contract_is_not_shadowed,
    variables.variables_are_plain_or_secret,
    variables.secrets_are_found_by_name,
    variables.secrets_are_those_of_the_base,
    permissions.permissions_are_those_of_the_base,
    references.references_exist,
    references.values_need_no_shell,
    references.secrets_of_services_exist,
    references.services_get_the_secrets_that_they_refer_to,
)
"""Every rule, by theme."""


def check(declarations: Declarations) -> Iterator[Problem]:
    """Yield what all rules find; a default of a base that is wrong is found once for each app."""
    for rule in RULES:
        yield from rule(declarations)
