from tests.small_shop import shop  # noqa: F401  # for the tests of bad systems
