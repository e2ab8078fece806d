"""The JSON API: its routes, its shapes, and the document that describes them."""
