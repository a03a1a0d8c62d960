"""The people's side: what the chat page, the command line, tests and benches use."""
