"""Discord's gateway: sessions, what they are told, and the socket they live on."""
