"""Your incident playbook, running."""

import zoneinfo

# Zones come from the pinned tzdata package on every machine alike, never from whatever the machine has.
zoneinfo.reset_tzpath(())
