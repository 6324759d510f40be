"""The demo studio: the example sheets imported, a quarter played through the services, told.

Everything here goes the way that people go: the import, the services with their permissions, the
clock. Nothing is written past them.
"""
