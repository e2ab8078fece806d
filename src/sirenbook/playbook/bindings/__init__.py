"""What sirenbook.toml says: who the playbook's names are, how to reach them, and how steps run."""
