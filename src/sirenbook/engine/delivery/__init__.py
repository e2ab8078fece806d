"""Pages out: claimed under a lease, sent, tried again, bundled in storms, and answered by receipts."""
