"""Training adapters: texts in, an adapter directory out. Touches no database and no network but the language model's."""
