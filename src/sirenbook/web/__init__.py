"""What people and machines see over HTTP: intake, the JSON API, and pages that work without JavaScript."""
