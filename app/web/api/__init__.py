"""The JSON API under /api/v1; wire shapes live here, apart from the domain's values."""
