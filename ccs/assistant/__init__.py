"""The assistant: answers while a session is `ai`, and knows when to step back."""
