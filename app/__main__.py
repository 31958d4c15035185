"""`python -m app` is `dingen`."""

from app.cli import main

main()
