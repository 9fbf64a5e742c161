-- Postings of credit cards of all systems. A bank with other systems replaces this file.
select source_system, txn_id, card_no, posting_date, txn_at, txn_type, amount, currency, mcc
from stg_card__transaction
