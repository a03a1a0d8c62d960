"""Tests of `generation.forms.wish`."""
