"""`python -m generation.gan.training`."""

import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # read when numpy is first imported; a process paints on one core

from generation.gan.training.recipe import main

if __name__ == "__main__":
    main()
