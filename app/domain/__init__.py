"""The heart: instruments, constellations, scoring and disclosure. Values in, values out; no I/O, no clock, no chance."""
