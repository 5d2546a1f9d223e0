"""`python -m app` is the same as the `hallway` command."""

from app.cli import main

main()
