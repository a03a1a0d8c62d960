"""Append-only: a migration that was released is never edited, and there is no way back but a backup."""
