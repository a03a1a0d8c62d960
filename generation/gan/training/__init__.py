"""How the network of `generation.gan` came to be: data, losses, and the recipe that makes it again."""
