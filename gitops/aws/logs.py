"""The only door to CloudWatch Logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import DescribeLogGroupsRequestPaginateTypeDef, GetLogEventsRequestTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


_NOT_FOUND = "ResourceNotFoundException"


class LogEvent(NamedTuple):
    """An event: when it happened, in milliseconds since 1970 in UTC, its message, and its unique id."""

    timestamp: int
    message: str
    event_id: str


class LogGroup(NamedTuple):
    """A log group: when it was made, in milliseconds since 1970 in UTC, and how long it keeps events; None for ever."""

    name: str
    created: int
    retention_days: int | None


class Page(NamedTuple):
    """The next lines of a log stream, and the token with which the lines after them are asked for."""

    messages: list[str]
    token: str


class CloudWatchLogs:
    """CloudWatch Logs in one account and region. Every method raises AwsError when AWS fails or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._where = where
        self._client: CloudWatchLogsClient = session.client("logs", where)

    def events(self, group: str, since: int) -> Iterator[LogEvent]:
        """Yield the events of a log group from the timestamp `since` on, in the order of time.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
        """
        with translate_errors():
            for page in self._client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since):
                for event in page["events"]:
                    yield LogEvent(event["timestamp"], event["message"], event["eventId"])

    def groups(self, prefix: str = "") -> list[LogGroup]:
        """Return the log groups whose names begin with a prefix, or all."""
        request: DescribeLogGroupsRequestPaginateTypeDef = {"logGroupNamePrefix": prefix} if prefix else {}
        with translate_errors():
            pages = self._client.get_paginator("describe_log_groups").paginate(**request)
            return [
                LogGroup(group["logGroupName"], group["creationTime"], group.get("retentionInDays"))
                for page in pages
                for group in page["logGroups"]
            ]

    def tags(self, group: str) -> Mapping[str, str]:
        """Return the tags of a log group; none where it is gone."""
        arn = f"arn:aws:logs:{self._where.region}:{self._where.account}:log-group:{group}"
        try:
            with translate_errors():
                return self._client.list_tags_for_resource(resourceArn=arn)["tags"]
        except AwsError as error:
            if error.code == _NOT_FOUND:
                return {}
            raise

    def keep(self, group: str, days: int) -> None:
        """Let a log group keep its events for so many days, one of the numbers that CloudWatch allows."""
        with translate_errors():
            self._client.put_retention_policy(logGroupName=group, retentionInDays=days)

    def delete(self, group: str) -> None:
        """Delete a log group; one that is gone is no error."""
        try:
            with translate_errors():
                self._client.delete_log_group(logGroupName=group)
        except AwsError as error:
            if error.code != _NOT_FOUND:
                raise

    def read(self, group: str, stream: str, token: str | None) -> Iterator[Page]:
        """Yield the events of a stream from `token` on, or from its beginning, to its end; none before it exists.

        A page may be empty and not the last one: that one has the token that it was asked for with.
        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
        """
        request: GetLogEventsRequestTypeDef = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
        while True:
            if token:
                request["nextToken"] = token
            try:
                with translate_errors():
                    answer = self._client.get_log_events(**request)
            except AwsError as error:
                if error.code == _NOT_FOUND:
                    return
                raise
            asked, token = token, answer["nextForwardToken"]
            yield Page([event["message"] for event in answer["events"]], token)
            if token == asked:
                return

    def last(self, group: str, stream: str, limit: int) -> list[str]:
        """Return the last lines of a stream, of its last `limit` events; none where the stream or its group is not."""
        if not group:
            return []
        try:
            with translate_errors():
                answer = self._client.get_log_events(
                    logGroupName=group, logStreamName=stream, limit=limit, startFromHead=False
                )
        except AwsError as error:
            if error.code == _NOT_FOUND:
                return []
            raise
        return [line for event in answer["events"] for line in event["message"].splitlines()][-limit:]
