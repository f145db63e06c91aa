"""The waiting room of the resident site: who is let in when more come than a process can serve.

Who is past the password goes first, then who has begun to sign in, then everybody else in the order
in which they came (decision 0063).
"""
