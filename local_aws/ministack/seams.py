"""Every name inside MiniStack that this package relies on, each once, with its type.

Most of them are private: MiniStack has no interface for adding resource types, services or a container runtime, so a
new version may move, rename or re-type any of them. A test compares this table with the installed version and reports
each difference. Nothing else in this package imports MiniStack.

A seam looks its name up each time it is used: what replaces a function reaches those who use it through here, too.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.metadata import version
from typing import Any, Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")

Record = dict[str, Any]
"""What MiniStack keeps of one resource."""
Response = tuple[int, dict[str, str], bytes]
"""Status, headers and body, as MiniStack's services answer."""
RequestHandler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Response]]
"""A service of MiniStack: method, path, headers, body and query parameters to a response."""


class SeamError(Exception):
    """The installed MiniStack does not have a name that this package relies on, or has it with another type."""


class Seam:
    """A name inside MiniStack. `purpose` completes the sentence "local_aws needs it ..."."""

    def __init__(self, location: str, purpose: str) -> None:
        self.module, _, self.name = location.rpartition(".")
        self.purpose = purpose

    def resolve(self) -> Any:  # noqa: ANN401 - the subclasses know the type
        """Return what the name means now.

        Raises:
            SeamError: the installed MiniStack has no such name.
        """
        try:
            return getattr(import_module(self.module), self.name)
        except (ImportError, AttributeError) as error:
            raise SeamError(self._message("has no", "")) from error

    def check(self) -> None:
        """Compare the name with the installed MiniStack.

        Raises:
            SeamError: it is missing or of another type.
        """
        if difference := self._difference(self.resolve()):
            raise SeamError(self._message("changed", f": {difference}"))

    def _difference(self, found: object) -> str | None:
        raise NotImplementedError

    def _message(self, what: str, difference: str) -> str:
        need = f"which local_aws needs {self.purpose}"
        return f"MiniStack {version('ministack')} {what} {self.module}.{self.name}, {need}{difference}"


class Function(Seam, Generic[P, R]):
    """A function of MiniStack, which can be called and replaced. `parameters` are the names it had when used here."""

    def __init__(self, location: str, parameters: str, purpose: str) -> None:
        super().__init__(location, purpose)
        self._parameters = parameters

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        """Call the function, or what has replaced it."""
        return cast("R", self.resolve()(*arguments, **named))

    @property
    def current(self) -> Callable[P, R]:
        """The function as it is now, for a replacement that calls it."""
        return cast("Callable[P, R]", self.resolve())

    def replace(self, replacement: Callable[P, R]) -> None:
        """Let MiniStack call `replacement` instead."""
        setattr(import_module(self.module), self.name, replacement)

    def _difference(self, found: object) -> str | None:
        if not callable(found):
            return f"{type(found).__name__} instead of a function"
        parameters = " ".join(inspect.signature(found).parameters)
        return None if parameters == self._parameters else f"parameters ({parameters}) instead of ({self._parameters})"


class Type(Seam, Generic[R]):
    """A class of MiniStack."""

    @property
    def type(self) -> type[R]:
        """The class itself."""
        return cast("type[R]", self.resolve())

    def _difference(self, found: object) -> str | None:
        return None if isinstance(found, type) else f"{type(found).__name__} instead of a class"


class Table(Seam, MutableMapping[str, V]):
    """A dict of MiniStack's, shared by all accounts."""

    def __getitem__(self, key: str) -> V:
        return cast("V", self.resolve()[key])

    def __setitem__(self, key: str, value: V) -> None:
        self.resolve()[key] = value

    def __delitem__(self, key: str) -> None:
        del self.resolve()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.resolve()))

    def __len__(self) -> int:
        return len(self.resolve())

    def all(self) -> list[V]:
        """Return the values; requests may add and remove some meanwhile."""
        return list(self.resolve().values())

    def _difference(self, found: object) -> str | None:
        return None if isinstance(found, dict) else f"{type(found).__name__} instead of dict"


class Records(Table[V]):
    """Records of a service, of which each account and region sees its own."""

    def all_items(self) -> list[tuple[tuple[str, str, str], V]]:
        """Return the records of all accounts and regions, each with account, region and key."""
        return cast("list[tuple[tuple[str, str, str], V]]", self.resolve().all_items())

    def in_account(self, account: str, key: str) -> V | None:
        """Return a record of a service without regions, of any account, or None if there is no such record."""
        return cast("V | None", self.resolve().get_scoped(account, None, key))

    def _difference(self, found: object) -> str | None:
        kind = type(found).__name__
        return None if kind in {"AccountRegionScopedDict", "AccountScopedDict"} else f"{kind} is not kept by account"


# The server, and the account and region of the request that it serves.
application = Function[[Record, Any, Any], Awaitable[None]]("ministack.app.app", "scope receive send", "to serve it")
service_handlers = Table[RequestHandler]("ministack.app.SERVICE_HANDLERS", "to call and to add services")
service_aliases = Table[str]("ministack.app.SERVICE_NAME_ALIASES", "to find a service by boto3's name")
service_patterns = Table[Record]("ministack.core.router.SERVICE_PATTERNS", "to route requests to added services")
account_id = Function[[], str]("ministack.core.responses.get_account_id", "", "to write ARNs")
region = Function[[], str]("ministack.core.responses.get_region", "", "to write ARNs")
request_scope = Function[[str, str], AbstractContextManager[None]](
    "ministack.core.responses.request_scope", "account_id region", "to act in an account from a thread"
)
scoped_dict = Type[MutableMapping[str, Record]](
    "ministack.core.responses.AccountRegionScopedDict", "to keep the records of added services"
)
streaming_response = Type[Any]("ministack.core.responses.StreamingResponse", "to see when a response was sent")
resource_lock = Function[[str, str], AbstractContextManager[bool]](
    "ministack.core.concurrency.resource_lock", "scope key", "to change a record that a request may change too"
)

# CloudFormation.
_PROVISIONERS = "ministack.services.cloudformation.provisioners"
resource_handlers = Table[Record](f"{_PROVISIONERS}._RESOURCE_HANDLERS", "to add resource types")
replacing_properties = Table[tuple[str, ...]](f"{_PROVISIONERS}._REPLACING_PROPERTIES", "to say what replaces")
conditionally_replacing_properties = Table[tuple[str, ...]](
    f"{_PROVISIONERS}._CONDITIONALLY_REPLACING_PROPERTIES", "to say what may replace"
)
cloudformation_actions = Table[Callable[[Record], Response]](
    "ministack.services.cloudformation.handlers._ACTION_HANDLERS", "to describe stacks as AWS does"
)
import_lookups = Table[tuple[tuple[str, ...], Callable[[str], str | None]]](
    "ministack.services.cloudformation.changesets._IMPORT_LOOKUPS", "to import resources of more types"
)
stack_tag_property = Table[tuple[str, str]](f"{_PROVISIONERS}._STACK_TAG_PROPERTY", "to tag added resource types")
physical_name = Function[[str, str], str](
    f"{_PROVISIONERS}._physical_name", "stack_name logical_id lowercase max_len seeded", "to name resources"
)
normalize_container_definitions = Function[[list[Record]], Any](
    f"{_PROVISIONERS}._normalize_container_defs", "cdefs", "to keep secrets and health checks of task definitions"
)
stacks = Records[Record]("ministack.services.cloudformation._stacks", "to find the environments that are deployed")
runs_on_worker_thread = Function[[str], bool](
    "ministack.services.cloudformation.stacks._runs_on_worker_thread", "resource_type", "to wait for slow resources"
)
deliver_response = Function[[str, Record], bool](
    "ministack.services.cloudformation.custom_resource.deliver_response",
    "token response",
    "to fail a custom resource whose function crashes",
)
execute_function = Function[[Record, Record], Record](
    "ministack.services.lambda_svc._execute_function_with_config_scope",
    "func event",
    "to name the errors of functions, and to notice that the function of a custom resource crashes",
)

# ECS.
_ECS = "ministack.services.ecs"
tasks = Records[Record](f"{_ECS}._tasks", "to run tasks")
clusters = Records[Record](f"{_ECS}._clusters", "to run tasks in clusters that exist")
describe_tasks = Function[[Record], Response](f"{_ECS}._describe_tasks", "data", "to show a new task late")
task_definitions = Records[Record](f"{_ECS}._task_defs", "to run tasks")
task_definition_key = Function[[str], str](f"{_ECS}._resolve_td_key", "ref", "to run tasks")
services = Records[Record](f"{_ECS}._services", "to schedule services")
ecs_actions = Table[Callable[[Record], Response]](f"{_ECS}._ACTION_MAP", "to run and stop tasks as processes")
dispatch_ecs_action = Function[[str, Record], Response](
    f"{_ECS}._dispatch_action", "action data", "to call ECS from a thread of CloudFormation's"
)
create_service = Function[[Record], Response](f"{_ECS}._create_service", "data", "to find its tasks by name")
run_task = Function[[Record], Response](f"{_ECS}._run_task", "data", "to run tasks as processes")
stop_task = Function[[Record], Response](f"{_ECS}._stop_task", "data", "to stop tasks that are processes")
public_record = Function[[object], Any](f"{_ECS}._sanitize", "obj", "to answer RunTask and StopTask")
json_response = Function[[Record], Response](
    f"{_ECS}.json_response", "data status content_type", "to answer RunTask and StopTask"
)
cluster_name = Function[[str], str | None](f"{_ECS}._resolve_cluster_name", "ref", "to find the task to stop")
find_task = Function[[str, str], Record | None](f"{_ECS}._resolve_task", "ref cluster_name", "to find the task to stop")
reconcile_service = Function[[str, str], None](
    f"{_ECS}._reconcile_service_tasks", "cluster_name svc_key", "to schedule services"
)
sync_service_targets = Function[[str, Record], None](
    f"{_ECS}._sync_service_targets", "cluster_name svc", "to send requests to healthy tasks only"
)
circuit_breaker_threshold = Function[[Record], int](
    f"{_ECS}._circuit_breaker_threshold", "svc", "to trip the deployment circuit breaker"
)
refresh_service_state = Function[[str, str], None](
    f"{_ECS}._refresh_service_state", "cluster_name group", "to count the tasks of a service"
)
recount_cluster = Function[[str], None](f"{_ECS}._recount_cluster", "cluster_name", "to count the tasks of a cluster")
timestamp = Function[[], Any](f"{_ECS}._iso", "", "to date changes of tasks and services")
container_secrets = Function[[Record], dict[str, str]](
    f"{_ECS}._resolve_container_secrets", "cdef", "to give secrets to tasks"
)
secret_resolution_error = Type[Exception](f"{_ECS}._SecretResolutionError", "to say that a secret cannot be read")
log_configuration = Function[[Record, str, str], Record | None](
    f"{_ECS}._awslogs_config", "cdef task_id container_id", "to write the logs of tasks"
)
ensure_log_stream = Function[[Record], bool](f"{_ECS}._ensure_awslogs_stream", "config", "to write the logs of tasks")
put_log_event = Function[[Record, str], None](
    f"{_ECS}._emit_awslogs_event", "config message", "to write the logs of tasks"
)
get_log_events = Function[[Record], Response](
    "ministack.services.cloudwatch_logs._get_log_events", "data", "to return logs in pages as AWS does"
)
_BY_ARN = "task_arn task"
mark_task_pending = Function[[str, Record], None](f"{_ECS}._mark_task_pending", _BY_ARN, "to tell how far a task is")
mark_task_activating = Function[[str, Record], None](
    f"{_ECS}._mark_task_activating", _BY_ARN, "to tell how far a task is"
)
mark_task_running = Function[[str, Record], None](f"{_ECS}._mark_task_running", _BY_ARN, "to tell how far a task is")
mark_task_stopped = Function[[str, Record, str, str, int | None], None](
    f"{_ECS}._mark_task_stopped", "task_arn task reason stop_code exit_code", "to end simulated tasks"
)
bump_task_version = Function[[Record], None](f"{_ECS}._bump_task_version", "task", "to tell how far a task is")

# Who makes a call, and what resources allow.
dispatch_service_request = Function[[str, str, dict[str, str], bytes, dict[str, list[str]], str], Awaitable[Response]](
    "ministack.app._dispatch_service_request",
    "method path headers body query_params request_id",
    "to authorise calls",
)
handle_mail_request = Function[
    [str, str, dict[str, str], bytes, dict[str, list[str]], str], Awaitable[Response | None]
](
    "ministack.app._handle_ses_v2_request",
    "method path headers body query_params request_id",
    "to authorise calls of SESv2, which MiniStack serves before it looks for a service",
)
_IAM, _STS = "ministack.services.iam", "ministack.services.sts"
sessions = Table[Record](f"{_STS}._sessions", "to tell who makes a call")
register_session = Function[[str, Record], None](
    f"{_STS}.register_session", "access_key session", "to give functions and tasks their roles"
)
oidc_providers = Records[Record](f"{_IAM}._oidc_providers", "to tell whose tokens an account trusts")
access_keys = Records[Record](f"{_IAM}._access_keys", "to tell who makes a call")
users = Records[Record](f"{_IAM}._users", "to tell who makes a call")
roles = Records[Record](f"{_IAM}._roles", "to tell what a caller may do")
iam_actions = Table[Callable[[Record], Response]](f"{_IAM}._IAM_HANDLERS", "to name service-linked roles")
role_xml = Function[[str], str](f"{_IAM}._role_xml", "name boundary", "to answer with a service-linked role")
iam_answer = Function[..., Response](f"{_IAM}._xml", "status root_tag inner ns", "to answer with a service-linked role")
user_inline_policies = Records[Record](f"{_IAM}._user_inline_policies", "to tell what a user may do")
_EVALUATOR = "ministack.core.iam_evaluator"
evaluation_context = Type[Any](f"{_EVALUATOR}.EvalContext", "to hold tokens against trust policies")
trust_policy_allows = Function[[str | Record, str, Any], bool](
    f"{_EVALUATOR}.evaluate_trust_policy", "trust_doc caller_arn ctx", "to hold tokens against trust policies"
)
access_key_account = Function[[str], str | None](
    f"{_EVALUATOR}.find_iam_access_key_account", "access_key_id", "to tell who makes a call"
)
managed_policy_document = Function[[str, str], Record | str | None](
    f"{_EVALUATOR}._resolve_managed_policy_document", "policy_arn account_id", "to tell what a caller may do"
)
resource_policy = Function[[str, str], tuple[Any, str] | None](
    f"{_EVALUATOR}._resource_policy", "service resource_arn", "to tell what a resource allows"
)
change_sets = Records[Record]("ministack.services.cloudformation._change_sets", "to find the stack of a change set")
find_secret = Function[[str], tuple[str | None, Record | None]](
    "ministack.services.secretsmanager._resolve", "secret_id use_arn_scope", "to find the ARN of a secret"
)
ecs_tags = Records[list[Record]](f"{_ECS}._tags", "to evaluate conditions on tags")
function_credentials = Function[[Record], dict[str, str]](
    "ministack.core.lambda_runtime.execution_credentials", "config", "to give functions their roles"
)
function_credentials_of_workers = Function[[Record], dict[str, str]](
    "ministack.services.lambda_svc.execution_credentials", "config", "to give functions their roles"
)

# Load balancing.
_ALB = "ministack.services.alb"
target_groups = Records[Record](f"{_ALB}._tgs", "to make health checks")
target_group_attributes = Records[list[Record]](f"{_ALB}._tg_attrs", "to drain targets as long as declared")
listener_rules = Records[Record](f"{_ALB}._rules", "to find the load balancer of an environment")
listeners = Records[Record](f"{_ALB}._listeners", "to find the load balancer of an environment")
balancing_actions = Table[Callable[[Record], Response]](f"{_ALB}._ACTION_MAP", "to add DescribeAccountLimits")
load_balancers = Records[Record](f"{_ALB}._lbs", "to find the load balancer of an environment")
set_targets = Function[..., None](
    f"{_ALB}.set_targets_for_group", "tg_arn targets previous_ids", "to send requests to healthy tasks only"
)
proxy_to_target = Function[..., Awaitable[tuple[int, Record, object]]](
    f"{_ALB}._proxy_http_target",
    "target tg method path headers body query_params raw_query_string",
    "to count the requests that a target has not answered",
)
dispatch_request = Function[..., Awaitable[tuple[int, Record, Any]]](
    f"{_ALB}.dispatch_request",
    "lb method path headers body query_params port client_ip raw_query_string raw_path",
    "to send a browser's requests through a load balancer",
)

# Other services.
vpc_endpoints = Records[Record]("ministack.services.ec2._vpc_endpoints", "to find what stands in a subnet")
ec2_instances = Records[Record]("ministack.services.ec2._instances", "to correct zone and addresses of instances")
discovery_namespaces = Records[Record]("ministack.services.servicediscovery._namespaces", "to find tasks by name")
discovery_services = Records[Record]("ministack.services.servicediscovery._services", "to find tasks by name")
db_instances = Records[Record]("ministack.services.rds._instances", "to start databases")
handle_rds_request = Function[[str, str, dict[str, str], bytes, dict[str, list[str]]], Response](
    "ministack.services.rds._handle_request_sync",
    "method path headers body query_params",
    "to call RDS from a thread of CloudFormation's",
)
replication_groups = Records[Record]("ministack.services.elasticache._replication_groups", "to start caches")
cache_clusters = Records[Record]("ministack.services.elasticache._clusters", "to find what stands in a subnet")
cache_subnet_groups = Records[Record](
    "ministack.services.elasticache._subnet_groups", "to find what stands in a subnet"
)
cache_user_groups = Records[Record]("ministack.services.elasticache._user_groups", "to give caches their users")
write_cache_user = Function[[Record], str]("ministack.services.elasticache._user_xml", "u", "to answer in valid XML")
cache_parameters = Records[Record]("ministack.services.elasticache._param_group_params", "to configure caches")
mail_identities = Records[Record]("ministack.services.ses._identities", "to tell whether SES has an identity")
mail_identities_of_v2 = Records[Record]("ministack.services.ses_v2._identities", "to tell whether SES has an identity")
message_rejection = Function[[str], str | None](
    "ministack.services.ses._message_rejection", "sender recipients", "to refuse senders by SMTP as the API does"
)
ami_parameters = Table[str]("ministack.services.ssm._PUBLIC_AMI_PARAMETERS", "to add Amazon Linux images")
create_hosted_zone = Function[[bytes, dict[str, list[str]]], Response](
    "ministack.services.route53._create_hosted_zone", "body query_params", "to choose ids of hosted zones"
)
new_zone_id = Function[[], str]("ministack.services.route53._zone_id", "", "to choose ids of hosted zones")
parse_route53_body = Function[[bytes], Any](
    "ministack.services.route53._parse_body", "body", "to choose ids of hosted zones"
)
route53_text = Function[[object, str], str](
    "ministack.services.route53._text", "el tag default", "to choose ids of hosted zones"
)

# Keys of records that no API shows. The tests of databases and of services notice when they change.
MASTER_PASSWORD = "_MasterUserPassword"  # noqa: S105 - of a database instance: the name of the field
DEPLOYMENT_OF_TASK = "_deployment_id"
DEPLOYMENT_TO_RUN = "_deploymentId"  # a parameter of RunTask
NEW_TASK = "_new"
"""Ours, in the record of a task of RunTask that DescribeTasks has not shown yet."""
NETWORK_OF_TASK = "_network_configuration"
"""Ours, in a task's record: the parameter `networkConfiguration` of RunTask."""

SEAMS: tuple[Seam, ...] = tuple(value for value in globals().copy().values() if isinstance(value, Seam))
"""The table: every seam above."""
