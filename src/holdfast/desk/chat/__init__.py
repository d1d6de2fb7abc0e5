"""Commands by chat: who may give them, which of them need a code, and how an answer reads."""
