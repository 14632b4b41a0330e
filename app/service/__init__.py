"""The use cases, one module per job. They load, ask the domain, then write; they know neither HTTP nor SQL."""
