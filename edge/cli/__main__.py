"""`python -m edge.cli` is `windsock`."""

from edge.cli import main

main()
