"""From YAML files to a checked, frozen model. Imports neither aws_cdk nor boto3, and starts no Node."""
