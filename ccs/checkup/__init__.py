"""The checkup (体检), of the machine and of every channel."""
