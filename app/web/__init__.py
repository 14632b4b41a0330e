"""The two faces: pages and JSON. A face identifies, reads input and writes output, and nothing else."""
