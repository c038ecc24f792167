"""What the shop knows, written by its owner in Markdown and CSV files, and how an answer is found in it.

    reading.py     a folder becomes entries, and faults with the file and line of each
    library.py     reads it again when files change, and never loses what was good
    search.py      the entries that answer a customer's words, with a confidence
    responder.py   what is said to her
"""
