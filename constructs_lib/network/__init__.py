"""How traffic gets to tasks and data: VPC, security groups, load balancer, names, certificates, bastion."""
