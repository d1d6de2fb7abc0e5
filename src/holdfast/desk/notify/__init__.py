"""Messages to people: what is worth one, and getting it out without holding the desk up."""
