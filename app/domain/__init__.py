"""The heart: instruments, constellations, scoring, disclosure. Values in, values out; no I/O, no clock, no chance."""
