"""How a server's taste looks in Discord: consent, versions, training, trials, flags. Rules are the studio's."""
