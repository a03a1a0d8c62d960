"""`python -m bot.leash MODULE ARGUMENTS…`: run a module as `python -m` would, but with low priority, and not for
longer than whoever holds the other end of standard input.

It ends by SIGKILL, as a power cut would end it: what runs on a leash has to be able to go on afterwards.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading

YIELDS = 10  # people who wait come first: twice as far back as the host, which keeps three quarters of a core they share


def follow() -> None:
    """Wait for the end of standard input, then end this process."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run the module that is named first among the arguments."""
    os.nice(YIELDS)
    threading.Thread(target=follow, name="leash", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
