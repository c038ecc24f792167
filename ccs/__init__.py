"""CCS, a customer-service server for several channels: the domain.

Rules, verbs and the parts that carry them. This package knows neither HTTP handlers nor the database;
`server.py` joins it with both.
"""

__version__ = "0.1.0"
