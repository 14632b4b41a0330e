"""Chance may take its time here: no deadline per example, and no complaint about a slow machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "domain",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("domain")
