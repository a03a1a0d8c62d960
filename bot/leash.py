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

WAIT, GO = b"wait\n", b"go\n"
YIELDS = 10  # people who wait come first: twice as far back as the host, which keeps three quarters of a core they share


_going = threading.Event()


def follow() -> None:
    """Do as standard input says, line by line; at its end, end this process."""
    with open(0, "rb", buffering=0, closefd=False) as told:
        for line in told:
            if line == GO:
                _going.set()
            elif line == WAIT:
                _going.clear()
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run the module that is named first among the arguments."""
    os.nice(YIELDS)
    _going.set()
    # in the main thread, between two steps of the interpreter, so that nothing is left half done
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: _going.wait() and None)
    threading.Thread(target=follow, name="leash", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
