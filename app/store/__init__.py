"""All tables and all queries. Rows never leave this package: domain values do."""
