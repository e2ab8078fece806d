"""Which playbook is in force: read, planned, put in force, and pinned by the incidents that began under it."""
