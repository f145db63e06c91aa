"""Who receives by the ward's instruction: added recipients, changed recipients, and letters handed over at the counter."""
