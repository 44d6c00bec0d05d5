"""The only door to CloudWatch Logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import GetLogEventsRequestTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


class LogEvent(NamedTuple):
    """An event: when it happened, in milliseconds since 1970 in UTC, its message, and its unique id."""

    timestamp: int
    message: str
    event_id: str


class Page(NamedTuple):
    """The next lines of a log stream, and the token with which the lines after them are asked for."""

    messages: list[str]
    token: str | None


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

    def tags(self, group: str) -> Mapping[str, str]:
        """Return the tags of a log group."""
        arn = f"arn:aws:logs:{self._where.region}:{self._where.account}:log-group:{group}"
        with translate_errors():
            return self._client.list_tags_for_resource(resourceArn=arn)["tags"]

    def read(self, group: str, stream: str, token: str | None) -> Page:
        """Return the events of a stream from `token` on, or from its beginning; none before it exists."""
        request: GetLogEventsRequestTypeDef = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
        if token:
            request["nextToken"] = token
        try:
            with translate_errors():
                answer = self._client.get_log_events(**request)
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                return Page([], token)
            raise
        return Page([event["message"] for event in answer["events"]], answer["nextForwardToken"])

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
            if error.code == "ResourceNotFoundException":
                return []
            raise
        return [line for event in answer["events"] for line in event["message"].splitlines()][-limit:]
