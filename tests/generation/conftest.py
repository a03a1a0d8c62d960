"""The contract's assertions explain themselves, though its file is not a test module."""

import pytest

pytest.register_assert_rewrite("tests.generation.contract", "tests.generation.stand")
