"""``python -m callsheet`` is the command line, for processes that start others of their kind."""

from callsheet.cli.main import app

if __name__ == "__main__":
    app()
