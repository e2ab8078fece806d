"""Incidents played through on a virtual clock, by the same core that pages people."""
