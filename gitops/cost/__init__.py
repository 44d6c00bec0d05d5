"""What environments cost a month, estimated from their templates and a file of list prices. No AWS is asked."""
