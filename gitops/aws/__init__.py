"""The only doors to AWS's services, one file a service; CloudFormation's is gitops.aws.cloudformation."""
