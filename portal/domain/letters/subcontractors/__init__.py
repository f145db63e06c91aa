"""Who works for the contractor with the ward's consent, and every file that was sent to them (clause 16(2))."""
