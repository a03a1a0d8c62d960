"""How good the writing is: forms counted by a second counter, briefs honoured, sense, variety, copies, time."""
