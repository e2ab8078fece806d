"""Runbook steps carried out: judged on their ground, run here or by a runner elsewhere, kept as evidence."""
