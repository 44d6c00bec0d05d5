"""The load balancer: HTTPS for every environment of a base, and a redirect to it."""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3
from constructs import Construct

TLS_POLICY = elbv2.SslPolicy.TLS13_12_RES_PQ
"""What AWS recommends for new listeners, and the console's default; RECOMMENDED_TLS of the CDK is an older one.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
"""

IDLE_TIMEOUT_SECONDS = 60
"""How long the load balancer keeps an idle connection: the default. An application keeps its own longer.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
"""


class Ingress(Construct):
    """An internet-facing load balancer that answers 404 until an app adds its rules to `listener`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        certificate: acm.ICertificate,
    ) -> None:
        super().__init__(scope, construct_id)
        self.load_balancer = elbv2.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            internet_facing=True,
            security_group=security_group,
            drop_invalid_header_fields=True,
        )
        # Left out of the template, so that an update does not take back what is switched on once the stack exists.
        self.load_balancer.remove_attribute("deletion_protection.enabled")
        self.load_balancer.add_redirect(open=False)
        self.listener = self.load_balancer.add_listener(
            "Https",
            port=443,
            certificates=[certificate],
            ssl_policy=TLS_POLICY,
            open=False,
            default_action=elbv2.ListenerAction.fixed_response(
                404, content_type="text/plain", message_body="No environment answers at this address."
            ),
        )

    def log_requests(self, bucket: s3.IBucket) -> None:
        """Keep the load balancer's access logs in `bucket`."""
        self.load_balancer.log_access_logs(bucket)
