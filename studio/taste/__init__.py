"""A server's taste: from reactions to labels to a snapshot, and the trials that decide what serves. Rules only, no SQL."""
