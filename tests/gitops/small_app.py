"""Stands in for app.py: a cloud assembly of tiny stacks, written without aws_cdk, so that tests spend no time on it.

What a stack does is chosen by BEHAVIOUR in its declaration's `environment`.
"""

import hashlib
import json
import os
from pathlib import Path

from constructs_lib.config.environments import Environment, load, parse_name
from constructs_lib.config.model import AdHocBaseConfig, AppConfig
from constructs_lib.config.naming import BOOTSTRAP_QUALIFIER

VERSION = "36.0.0"
OUTDIR = Path(os.environ["CDK_OUTDIR"])


def template_of(environment: Environment) -> dict[str, object]:
    config = environment.config
    image = config.image if isinstance(config, AppConfig) else ""
    behaviour = config.environment.get("BEHAVIOUR", "") if isinstance(config, AppConfig) else ""
    if isinstance(config, AdHocBaseConfig):
        behaviour = config.domain or ""  # a base has no environment variables to say it with
    resources: dict[str, object] = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": f"{environment.name} {image}"}}
    }
    if "fails" in behaviour:
        properties = {"DisplayName": {"Fn::GetAtt": ["Topic", "Nothing"]}}
        resources["Second"] = {"Type": "AWS::SNS::Topic", "Properties": properties}
    if "refused" in behaviour:
        resources["Unknown"] = {"Type": "AWS::Nothing::Known"}
    if "waits" in behaviour:
        policy = {"ResourceSignal": {"Count": 1, "Timeout": "PT1M"}}
        resources["Wait"] = {"Type": "AWS::CloudFormation::WaitCondition", "CreationPolicy": policy}
    if "bucket" in behaviour:
        resources["Bucket"] = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": behaviour}}
    if "greets" in behaviour:
        resources["Greeting"] = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": behaviour}}
    parameters: dict[str, object] = {}
    if "reads" in behaviour:
        value = f"/gitops/{environment.name.folder}/base/ListenerArn"
        parameters["BaseListenerArn"] = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": value}
        rule = {"DisplayName": {"Ref": "BaseListenerArn"}}
        resources["Rule"] = {"Type": "AWS::SNS::Topic", "Properties": rule}
    return {
        **({"Parameters": parameters} if parameters else {}),
        "Resources": resources,
        "Outputs": {"Url": {"Value": f"https://{environment.name.file}.{environment.name.folder}.example.com"}},
    }


def artifacts_of(environment: Environment, template: bytes) -> dict[str, object]:
    """The artifacts of one stack: its template goes to a bucket, as JSON, the way the CDK's own stacks do."""
    stack = environment.name.stack
    key = f"{hashlib.sha256(template).hexdigest()}.json"
    bucket = f"templates-{environment.account_id}"
    properties = {
        "templateFile": f"{stack}.template.json",
        "stackTemplateAssetObjectUrl": f"s3://{bucket}/{key}",
        "terminationProtection": environment.name.is_base,
        "tags": {"gitops:environment": str(environment.name), "gitops:kind": environment.kind},
    }
    if "BOOTSTRAP" in os.environ:
        properties["bootstrapStackVersionSsmParameter"] = f"/cdk-bootstrap/{BOOTSTRAP_QUALIFIER}/version"
    destination = {"bucketName": bucket, "objectKey": key, "region": environment.region}
    source = {"path": f"{stack}.template.json", "packaging": "file"}
    assets = {"version": VERSION, "files": {key: {"source": source, "destinations": {"bucket": destination}}}}
    OUTDIR.joinpath(f"{stack}.template.json").write_bytes(template)
    OUTDIR.joinpath(f"{stack}.assets.json").write_text(json.dumps(assets))
    return {
        f"{stack}.assets": {"type": "cdk:asset-manifest", "properties": {"file": f"{stack}.assets.json"}},
        stack: {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{environment.account_id}/{environment.region}",
            "properties": properties,
            "dependencies": [f"{stack}.assets"],
            "displayName": stack,
        },
    }


def as_the_cdk_writes(template: dict[str, object]) -> bytes:
    """The bytes of a template: characters outside of ASCII are not escaped."""
    return json.dumps(template, ensure_ascii=False).encode()


def main() -> None:
    context = json.loads(os.environ["CDK_CONTEXT_JSON"])
    only = {parse_name(name) for name in context["environment"].split(",")} if "environment" in context else None
    OUTDIR.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, object] = {}
    for environment in load(Path(context["environments"]), only=only):
        if only is None or environment.name in only:
            artifacts |= artifacts_of(environment, as_the_cdk_writes(template_of(environment)))
    OUTDIR.joinpath("manifest.json").write_text(json.dumps({"version": VERSION, "artifacts": artifacts}))


if __name__ == "__main__":
    main()
