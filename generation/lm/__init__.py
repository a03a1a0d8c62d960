"""Language models on this machine: finding weights, loading them, and the engine that writes with them."""

import os

# transformers looks at this when it is imported; no part of Renga may reach for a model hub
os.environ["HF_HUB_OFFLINE"] = "1"
