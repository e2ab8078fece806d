"""Who is told and who takes over: on call, escalation, coverage, roles and hand-offs."""
