"""What was changed by hand in the resources of stacks, as CloudFormation's drift detection sees it."""

NOT_READ = {
    "AWS::Budgets::Budget": "reading it shows bills",
    "AWS::S3::Bucket": "reading it shows the names of what is in it",
    "AWS::SecretsManager::Secret": "reading it shows the secret",
    "AWS::SecretsManager::SecretTargetAttachment": "reading it shows the secret",
}
"""Types that are left out, because the role that detects drift reads no data, and why."""
