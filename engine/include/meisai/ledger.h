// SPDX-License-Identifier: Apache-2.0
//
// The card-native model, as readers see it: cards, statements (請求), transactions (利用明細). These are
// plain values without behaviour; they own their text and may be copied between threads. It is Meisai's
// own model: the METI guideline defines no message standard (METI-2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/date.h"
#include "meisai/ids.h"
#include "meisai/money.h"

namespace meisai {

// Every enumeration of this file is stored as numbers: append only.
enum class TransactionKind : std::uint8_t {
  purchase,
  refund,
  fee,
  interest,
  cash_advance,
  payment,
  adjustment,
  discount,
  authorization,
};
enum class PaymentType : std::uint8_t { one_time, two_times, installments, revolving, bonus_lump, bonus_two, unknown };
enum class TransactionStatus : std::uint8_t {
  pending,
  posted,
  removed,  ///< was pending and is listed no more: no money moved. Counted nowhere, shown where it is asked for
};
enum class StatementStatus : std::uint8_t { open, closed, revised };
enum class CardKind : std::uint8_t { main, family, etc, corporate, unknown };
/// Where a purchase was made, where the issuer says it (JCB 国内／海外).
enum class Region : std::uint8_t { unknown, domestic, overseas };

[[nodiscard]] std::string_view name_of(TransactionKind) noexcept;
[[nodiscard]] std::string_view name_of(PaymentType) noexcept;
[[nodiscard]] std::string_view name_of(TransactionStatus) noexcept;
[[nodiscard]] std::string_view name_of(StatementStatus) noexcept;
[[nodiscard]] std::string_view name_of(CardKind) noexcept;
[[nodiscard]] std::string_view name_of(Region) noexcept;

/// 支払区分. `index` and `count` only where the issuer states them.
struct PaymentPlan {
  PaymentType type = PaymentType::unknown;
  std::optional<int> index;
  std::optional<int> count;
  friend bool operator==(const PaymentPlan&, const PaymentPlan&) = default;
};

/// True where one purchase is billed by several statements, so that it is listed by each of them.
[[nodiscard]] bool billed_in_parts(PaymentType type) noexcept;

/// What an issuer says of a foreign amount. Without a currency code only the text is kept.
struct ForeignAmount {
  std::string amount_text;                   ///< the characters of the file, without padding
  std::optional<std::int64_t> amount_minor;  ///< minor units of `currency`
  std::optional<Currency> currency;
  std::optional<DecimalText> rate;  ///< yen for one unit
  std::optional<LocalDate> rate_date;
  friend bool operator==(const ForeignAmount&, const ForeignAmount&) = default;
};

/// Flags a row can carry; a bit set. Stored as numbers: append only.
enum class RowFlag : std::uint16_t {
  pan_masked = 1,        ///< a card number stood in free text and was masked (I5)
  era_overrun = 2,       ///< a 平成 date past the era's end that is common on papers
  suspect = 4,           ///< fetched since the suspected start of an incident (I3)
  field_dropped = 8,     ///< an optional field could not be read: it is empty, the raw record is kept
  date_is_posting = 16,  ///< the issuer states no usage date: the date is that of posting
  declined = 32,         ///< the issuer lists it as refused: no money moves
};
/// The names in `bits`, in a fixed order.
[[nodiscard]] std::vector<std::string_view> flag_names(std::uint16_t bits);

/// What one transaction is, whatever store or file it came from.
struct TransactionFacts {
  UsageDate date;
  std::optional<LocalDate> posting_date;
  std::string merchant_raw;         ///< the cell as it stands, decoded, unquoted, PAN-masked
  std::string merchant_normalized;  ///< NFKC, trimmed, runs of white space are one space
  TransactionKind kind = TransactionKind::purchase;
  std::int64_t amount_minor = 0;                ///< usage amount; charge positive, refund negative
  std::optional<std::int64_t> billed_minor;     ///< the part that its statement bills; 0 is a stated zero
  std::optional<std::int64_t> remaining_minor;  ///< what later statements will still bill, where stated
  Currency currency = Currency::jpy();
  PaymentPlan plan;
  TransactionStatus status = TransactionStatus::posted;
  std::optional<ForeignAmount> foreign;
  Region region = Region::unknown;
  std::uint16_t flags = 0;        ///< of RowFlag
  std::string issuer_reference;   ///< the issuer's id of the row where it is stable; then it is the row's identity
  std::string pending_reference;  ///< the id it had while pending, where the issuer states it
  friend bool operator==(const TransactionFacts&, const TransactionFacts&) = default;
};

/// Where a row was read.
struct Source {
  std::string channel;    ///< `file` or `api`
  std::string document;   ///< first 12 hex digits of the document's SHA-256
  std::string layout;     ///< layout or API version
  std::uint64_t row = 0;  ///< line of the document, from 1
};

/// What the person added to a row. It never touches what the issuer said (FISC-24), and survives every sync,
/// re-import, match and revision.
struct UserLayer {
  std::string note;
  std::string category;
  std::vector<std::string> tags;  ///< sorted, each once
  std::string merchant;           ///< who it was, where the person knows better; empty: as the issuer says
  bool ignored = false;           ///< a tombstone: left out of lists, months and exports until it is taken back
  [[nodiscard]] bool empty() const noexcept {
    return note.empty() && category.empty() && tags.empty() && merchant.empty() && !ignored;
  }
  friend bool operator==(const UserLayer&, const UserLayer&) = default;
};

struct Transaction {
  TransactionId id;
  IssuerId issuer;
  CardId card_id;
  std::string card_label;
  std::optional<StatementId> statement_id;
  TransactionFacts facts;
  Source source;
  UserLayer user;
};

struct Card {
  CardId id;
  IssuerId issuer;
  std::string label;  ///< product, last four or role; never a holder's name
  std::optional<std::string> last4;
  CardKind kind = CardKind::unknown;
  std::vector<ConnectionId> connections;  ///< through which it was fetched; empty: files only
};

/// A sum that the issuer states about part of a statement.
struct Subtotal {
  std::string label;
  std::optional<std::string> card_label;  ///< the card it is about
  std::int64_t stated_minor = 0;
  Region region = Region::unknown;  ///< the region it is about
  friend bool operator==(const Subtotal&, const Subtotal&) = default;
};

enum class ComponentKind : std::uint8_t { revolving_repayment, carried_over, previous_balance, bill_adjustment };
[[nodiscard]] std::string_view name_of(ComponentKind) noexcept;

/// A billed amount that is no transaction, for example 弁済金.
struct Component {
  ComponentKind kind = ComponentKind::bill_adjustment;
  std::string label;
  std::optional<std::string> card_label;
  std::int64_t amount_minor = 0;
  friend bool operator==(const Component&, const Component&) = default;
};

struct Statement {
  StatementId id;
  IssuerId issuer;
  std::optional<CardId> card_id;  ///< empty where several cards share the statement
  std::optional<BillingMonth> billing_month;
  std::optional<std::string> billing_month_source;
  std::optional<LocalDate> closing_date;      ///< 締め日
  std::optional<LocalDate> payment_due_date;  ///< 支払日
  StatementStatus status = StatementStatus::closed;
  std::optional<std::int64_t> stated_total_minor;
  std::vector<Subtotal> subtotals;
  std::vector<Component> components;
  std::int64_t computed_total_minor = 0;  ///< billed transactions + components
  Currency currency = Currency::jpy();
  /// True when every stated sum holds, false when one does not, empty when none is stated (I7).
  std::optional<bool> balanced;
  std::optional<std::int64_t> difference_minor;  ///< stated − computed
  std::uint64_t transaction_count = 0;
  std::uint64_t held_count = 0;  ///< rows rejected, or known but absent from the newest copy
};

}  // namespace meisai
