"""The embedded AWS of one machine: MiniStack on loopback, extended by the resource types and services that it lacks.

Other programs use it through its endpoint, its command line (``python -m local_aws``) and the file ``local.json``:
docs/local.md. This package imports nothing of gitops or of constructs_lib.
"""
