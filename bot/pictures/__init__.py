"""Pictures in Discord: `cards` (texts, pure), `buttons` (what lives for ever), `verbs` (what they do), `expressions`."""
