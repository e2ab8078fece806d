"""How well it went: what one incident took, and a team's figures beside its playbook's targets."""
