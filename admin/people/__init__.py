"""Staff pages of the people wing: one's account, sign-in, lock, accounts, sites, coupons, tasks."""
