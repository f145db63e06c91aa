"""The pages of the call desk: find and verify the caller's household, act for it, read out texts.

Called by ``admin.routes``; ``follow_ups`` and ``act_words`` also by ``admin.contacts``, the start
page and ``admin.words``. Uses ``portal.domain.desk`` and every wing below it.
"""
