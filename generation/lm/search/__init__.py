"""Pieces in a form that a decoder cannot leave: a search over lines, whose particles are rows of the engine's batch."""
