"""The daily work that staff begin on their site and a worker carries out, as the commands do it.

Owns no table: a task is a row of ``foundation.jobs``, the file that it reads a sealed file. Says
who may begin what, keeps the files, and calls the same functions as ``portal roster``,
``coupons``, ``letters``, ``mail`` and ``settlement``. Called by the staff site and the worker.
"""
