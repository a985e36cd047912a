"""Vernix: a birth registry with its own file exchange.

The layout of this package is its trust boundary; the import contracts in ``.importlinter`` hold it.
"""

__version__ = "0.1.0"
