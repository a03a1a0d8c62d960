"""The command line: the server, and a person's deeds as commands."""
