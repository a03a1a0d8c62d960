"""`python -m bot.leash MODULE ARGUMENTS…`: run a module as `python -m` would, but with low priority, and not for
longer than whoever holds the other end of standard input. Told `wait` there, it stands still until it is told `go`.

It ends by SIGKILL, as a power cut would end it: what runs on a leash has to be able to go on afterwards.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

WAIT, GO = b"wait\n", b"go\n"
YIELDS = 10  # people who wait come first: twice as far back as the host, which keeps three quarters of a core they share


LOOKS_EVERY_S = 0.05
_told = GO  # a plain value: a lock that the main thread holds when a signal comes would be held for ever


def follow() -> None:
    """Do as standard input says, line by line; at its end, end this process."""
    global _told  # noqa: PLW0603 - one process, one leash
    with open(0, "rb", buffering=0, closefd=False) as told:
        for line in told:
            _told = line
            if line == WAIT:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGKILL)


def _stand_still(_signal: int, _frame: object) -> None:
    while _told == WAIT:
        time.sleep(LOOKS_EVERY_S)


def main() -> None:
    """Run the module that is named first among the arguments."""
    os.nice(YIELDS)
    # in the main thread, between two steps of the interpreter, so that nothing is left half done
    signal.signal(signal.SIGUSR1, _stand_still)
    threading.Thread(target=follow, name="leash", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
