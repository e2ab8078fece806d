"""What all events share, so that each part of an incident's life can keep its own."""

from msgspec import Struct


class Happened(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag=True):
    """What all events share: they are tagged by their class name."""
