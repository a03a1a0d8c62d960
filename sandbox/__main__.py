"""`python -m sandbox serve`, and the command line for people: send, click, fill, react, history and more."""

from __future__ import annotations

import sys

from sandbox.cli.arguments import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
