"""Mail that is printed, for installations that send none: as it reads, with links in one piece."""

from django.core.mail import EmailMessage
from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    """Prints each message as plain text.

    Encoded for transport, a line of more than 76 characters would be cut in two, links too.
    """

    def write_message(self, message: EmailMessage) -> None:
        """Print sender, receivers, subject and text."""
        self.stream.write(
            f"From: {message.from_email}\nTo: {', '.join(message.recipients())}\n"
            f"Subject: {message.subject}\n\n{message.body}\n{'-' * 79}\n"
        )
