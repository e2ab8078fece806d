"""The words: plain immutable records that every other part speaks in. No behaviour beyond their own arithmetic."""
