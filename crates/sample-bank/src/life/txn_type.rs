//! Postings and their vocabulary: canonical types and channels of the warehouse.

use chrono::{NaiveDate, NaiveDateTime};

/// Canonical transaction type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names are those of `ref_txn_type.csv`.
pub enum TxnType {
    CashIn,
    CashOut,
    TransferIn,
    TransferOut,
    OwnIn,
    OwnOut,
    Salary,
    WalletIn,
    WalletOut,
    PosSpend,
    MerchantIn,
    BillPay,
    Interest,
    Fee,
    LoanDisbursed,
    LoanRepaid,
    CardRepaid,
    WealthBought,
    WealthSold,
    TimeOpened,
    TimeClosed,
    FundIn,
}

impl TxnType {
    /// Code, as in `ref_txn_type.csv`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.words().0
    }

    /// 摘要: what the customer reads.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            TxnType::CashIn => ("CASH_IN", "现金存入"),
            TxnType::CashOut => ("CASH_OUT", "现金支取"),
            TxnType::TransferIn => ("TRF_IN", "转账汇入"),
            TxnType::TransferOut => ("TRF_OUT", "转账汇出"),
            TxnType::OwnIn => ("OWN_IN", "本人转入"),
            TxnType::OwnOut => ("OWN_OUT", "本人转出"),
            TxnType::Salary => ("SALARY", "代发工资"),
            TxnType::WalletIn => ("QPAY_IN", "快捷收款"),
            TxnType::WalletOut => ("QPAY_OUT", "快捷支付"),
            TxnType::PosSpend => ("POS_SPEND", "消费"),
            TxnType::MerchantIn => ("MERCHANT_IN", "商户结算"),
            TxnType::BillPay => ("BILLPAY", "代缴费"),
            TxnType::Interest => ("INT_CREDIT", "结息"),
            TxnType::Fee => ("FEE", "手续费"),
            TxnType::LoanDisbursed => ("LOAN_DISB", "贷款发放"),
            TxnType::LoanRepaid => ("LOAN_REPAY", "贷款还款"),
            TxnType::CardRepaid => ("CC_REPAY", "信用卡还款"),
            TxnType::WealthBought => ("WM_BUY", "理财申购"),
            TxnType::WealthSold => ("WM_SELL", "理财赎回"),
            TxnType::TimeOpened => ("TD_OPEN", "活期转定期"),
            TxnType::TimeClosed => ("TD_CLOSE", "定期转活期"),
            TxnType::FundIn => ("HPF_IN", "公积金提取"),
        }
    }

    /// Whether the customer started it (domain specification 2.7.15): keeps an account active.
    #[must_use]
    pub fn is_customer_initiated(self) -> bool {
        !matches!(
            self,
            TxnType::TransferIn
                | TxnType::Salary
                | TxnType::WalletIn
                | TxnType::MerchantIn
                | TxnType::Interest
                | TxnType::Fee
                | TxnType::LoanDisbursed
                | TxnType::FundIn
        )
    }
}

/// Channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names are those of `ref_channel.csv`.
pub enum Channel {
    Counter,
    Atm,
    Pos,
    Ebank,
    Mbank,
    Wallet,
    Batch,
}

impl Channel {
    /// Code, as in `ref_channel.csv`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Channel::Counter => "COUNTER",
            Channel::Atm => "ATM",
            Channel::Pos => "POS",
            Channel::Ebank => "EBANK",
            Channel::Mbank => "MBANK",
            Channel::Wallet => "QPAY",
            Channel::Batch => "BATCH",
        }
    }
}

/// Who is on the other side of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counterparty {
    /// Nobody: cash, interest, fees.
    Nobody,
    /// The same person at another bank, an index of the other banks.
    Self_(usize),
    /// An account of this community.
    Account(usize),
    /// A merchant, an index of the merchants.
    Merchant(usize),
    /// Somebody at another bank, by number.
    Stranger(u32),
}

/// A posting.
#[derive(Debug, Clone)]
pub struct Txn {
    /// Running number within the community.
    pub sequence: u64,
    /// Account, an index.
    pub account: usize,
    /// When.
    pub at: NaiveDateTime,
    /// Posting date, which drives balances; before the day of delivery when it was booked back.
    pub posting_date: NaiveDate,
    /// Value date; before the posting date when interest is meant to run from an earlier day.
    pub value_date: NaiveDate,
    /// Type.
    pub txn_type: TxnType,
    /// Channel.
    pub channel: Channel,
    /// Fen, negative out.
    pub amount: i64,
    /// Balance after it, fen.
    pub balance_after: i64,
    /// Other side.
    pub counterparty: Counterparty,
    /// The posting that this one takes back: its day and sequence.
    pub reverses: Option<(NaiveDate, u64)>,
}
