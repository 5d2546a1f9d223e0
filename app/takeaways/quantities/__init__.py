"""Quantities that articles state: finding them, telling which are about the talks of a programme, and keeping them."""
