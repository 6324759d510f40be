"""What templates may do beside Django's own."""
