"""Does a server's taste move what it gets? A simulated community, hidden tastes, and the real loop between them."""
