"""`python -m edgeflow`."""

from edgeflow.cli import main

main()
