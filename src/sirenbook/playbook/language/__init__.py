"""The words of playbooks: times, names, persons, conditions and clauses, whatever the heading they stand under."""
