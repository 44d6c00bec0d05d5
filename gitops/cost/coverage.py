"""What an estimate leaves out, and what costs nothing: both are said, so that silence never means zero."""

from __future__ import annotations

NOT_COUNTED = (
    "traffic: to the internet, between zones, through NAT, load balancers and endpoints above the assumption",
    "logs, Container Insights and metrics that applications publish",
    "S3 and ECR: storage and requests",
    "backups and snapshots beyond the size of a database, and storage that has grown",
    "one-off tasks and the functions that run them, which take minutes",
    "requests to Secrets Manager, KMS, WAF, Route 53 and SNS; CPU credits",
    "a base's share in the cost of its apps: a base is an estimate of its own",
    "taxes, support, free tier, Savings Plans and reservations",
)
"""Told under every estimate."""

USAGE = {
    "AWS::EC2::FlowLog": "logs",
    "AWS::ECR::Repository": "storage",
    "AWS::Lambda::Function": "runs",
    "AWS::Logs::LogGroup": "logs",
    "AWS::S3::Bucket": "storage and requests",
    "AWS::SNS::Topic": "messages",
    "AWS::StepFunctions::StateMachine": "runs",
    "Custom::OneOffTask": "minutes of a task",
}
"""Types that are billed by what is done with them, which no template tells."""

FREE = frozenset(
    {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::Budgets::Budget",
        "AWS::CDK::Metadata",
        "AWS::CertificateManager::Certificate",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::ECS::Cluster",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "AWS::ECS::TaskDefinition",
        "AWS::ElastiCache::ParameterGroup",
        "AWS::ElastiCache::SubnetGroup",
        "AWS::ElastiCache::User",
        "AWS::ElastiCache::UserGroup",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::OIDCProvider",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::Route53::RecordSet",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SecretsManager::SecretTargetAttachment",
        "AWS::WAFv2::WebACLAssociation",
        "Custom::DeletionProtection",
    }
)
"""Types that AWS does not bill."""
