"""What can go wrong with a cluster.

ClusterError
└── LinkLost      a replica cannot be reached any more: it died, or the way to it broke
"""

from __future__ import annotations


class ClusterError(Exception):
    """The message is one sentence for the operator."""


class LinkLost(ClusterError):  # noqa: N818 - an event in a replica's life, not a mistake of anybody's
    """What was sent may or may not have arrived; whatever ran there is gone as far as we know."""
