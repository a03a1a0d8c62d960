"""Discord's REST API, as far as the bot needs it. What is not here answers 501 and is logged."""
