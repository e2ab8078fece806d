"""The pages that people see, each with its own address, working without scripts."""
