"""Alerts in: classed, grouped and committed together before their sender is answered."""
