"""How good the answers from the knowledge base are, measured on what customers ask."""
