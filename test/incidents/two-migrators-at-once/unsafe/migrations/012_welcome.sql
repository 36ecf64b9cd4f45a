INSERT INTO credits (account_id, amount, reason)
SELECT id, 10, 'welcome back' FROM accounts;
