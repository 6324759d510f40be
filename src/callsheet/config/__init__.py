"""How an installation is set up: its environment, Django's settings, its addresses."""
