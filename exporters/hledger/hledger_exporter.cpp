// SPDX-License-Identifier: Apache-2.0
//
// Books each row once, on the day of use and with its full usage amount, as a debt on its card; a statement's
// due date moves what it bills (its components, such as 弁済金, too) from the debt to the bank. So instalments
// and リボ need no entries of their own: each settlement pays a part of the debt. What follows from that:
//
// * The balance of a card is Σ usage − Σ settlements, over the exported rows. Parts of a purchase that were
//   paid before the first statement known stay in it.
// * Where a row that is billed at once bills more or less than its usage amount, the difference is a fee, an
//   interest or a discount, and is booked beside it. Where it is billed in parts, the file does not say how
//   much of a part is fee: it stays on the card's account, as a negative debt, and the tail counts such rows.
// * A `payment` row is the debit of an earlier bill. It is booked unless a settlement of this journal is that
//   debit already. An authorization is never booked. Both, and rows without any date, leave a comment.
//
// The id stands in the transaction code: brackets, `*` or `!` at the front of a shop's name are then harmless.
#include "exporters/hledger/hledger_exporter.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "exporters/hledger/accounts.h"
#include "exporters/hledger/settlements.h"
#include "exporters/text.h"

namespace meisai::exporters {
namespace {

/// A tag list: `; name:value, name:value`. Values are ids, dates, numbers and words of ours. A text of the person's or
/// of an issuer's is one only by `add_text`: a comma would end it, a colon begin a tag, a bracket a date.
class Tags {
 public:
  Tags& add(std::string_view name, std::string_view value) {
    text_ += text_.empty() ? "    ; " : ", ";
    text_ += name;
    text_ += ':';
    text_ += value;
    return *this;
  }
  template <class Value>
  Tags& add(std::string_view name, const std::optional<Value>& value) {
    if (value) add(name, word(*value));
    return *this;
  }
  Tags& add_text(std::string_view name, const std::string& text) {
    const std::string safe = collapse_spaces(widen_marks(single_line(text), ",:[]"));
    return safe.empty() ? *this : add(name, safe);
  }
  /// Empty where there is none.
  [[nodiscard]] std::string line() const { return text_.empty() ? text_ : text_ + "\n"; }

 private:
  static std::string word(int number) { return std::to_string(number); }
  static std::string word(LocalDate date) { return iso(date); }
  static std::string word(BillingMonth month) { return iso(month); }
  std::string text_;
};

std::string amount_text(std::int64_t minor, Currency currency) {
  return decimal_text({minor, currency}) + " " + std::string(currency.code());
}

std::string posting(std::string_view account_name, std::int64_t minor, Currency currency) {
  return "    " + std::string(account_name) + "  " + amount_text(minor, currency) + "\n";
}

Result<std::int64_t> negated(std::int64_t minor) {
  MEISAI_ASSIGN(const Money result, subtract({0, Currency::jpy()}, {minor, Currency::jpy()}));
  return result.minor;
}

/// What the billed amount holds beside the usage amount: 0 unless the row is billed, whole and now.
Result<std::int64_t> billed_difference(const TransactionFacts& facts) {
  const bool whole = facts.status == TransactionStatus::posted && !billed_in_parts(facts.plan.type);
  if (!whole || !facts.billed_minor || *facts.billed_minor == 0) return 0;  // a stated 0 is billed later
  MEISAI_ASSIGN(const Money result,
                subtract({*facts.billed_minor, facts.currency}, {facts.amount_minor, facts.currency}));
  return result.minor;
}

class JournalRun final : public ExportRun {
 public:
  explicit JournalRun(const ExportContext& context) : book_(context), cards_(context.cards) {}

  Result<std::string> head() override {
    std::string out =
        "; Meisai journal. The figures come from the issuers named in the issuer: tags;\n"
        "; Meisai wrote them down and is not the issuer. Purchases are in 費用:未分類 until you sort them.\n";
    out += declare(Currency::jpy());
    for (const FixedAccount& fixed : fixed_accounts())
      out += "account " + std::string(fixed.name) + "  ; type:" + fixed.type + "\n";
    for (const auto& [id, name] : cards_.all()) out += declare(name);
    out += "\n";
    for (const Settlement& settlement : book_.all()) MEISAI_TRY(add(settlement));
    return out;
  }

  Result<std::string> rows(std::span<const Transaction> batch) override {
    std::string out;
    for (const Transaction& row : batch) {
      // Rows come by usage date, but are sorted by id within a day: a day is written when it is over.
      if (row.facts.date.date) out += flush_before(*row.facts.date.date);
      MEISAI_TRY(add(row));
    }
    return out;
  }

  Result<std::string> tail() override {
    std::string out;
    for (const auto& [key, text] : entries_) out += text;
    entries_.clear();
    for (const std::string& note : notes_) out += "; " + note + "\n";
    if (in_parts_ > 0)
      out += "; rows billed in parts: " + std::to_string(in_parts_) +
             " (a fee inside a part, if any, stays on the card's account as a negative debt)\n";
    if (renamed_ > 0) out += "; descriptions with replaced characters: " + std::to_string(renamed_) + "\n";
    return out;
  }

 private:
  using Key = std::pair<LocalDate, std::string>;  ///< date, then id

  Result<void> add(const Transaction& row) {
    const std::optional<BookingDay> day = book_.day_of(row);
    const std::string money = amount_text(row.facts.amount_minor, row.facts.currency);
    if (!day) {
      notes_.push_back("left out: " + row.id.text() + ", " + money +
                       ": it has no date, and no statement here says when it falls due");
      return {};
    }
    if (row.facts.kind == TransactionKind::authorization) {
      put(*day, row.id.text(),
          "; not booked: " + row.id.text() + ", " + money + ": an authorization is no purchase\n\n");
      return {};
    }
    if (row.facts.kind == TransactionKind::payment) {
      if (const Statement* statement = book_.take_debit(row, day->date)) {
        put(*day, row.id.text(),
            "; not booked: " + row.id.text() + ", " + money + ": the settlement of " + statement->id.text() +
                " is this debit\n\n");
        return {};
      }
    }
    MEISAI_ASSIGN(std::string text, entry(row, *day));
    put(*day, row.id.text(), std::move(text));
    return {};
  }

  Result<std::string> entry(const Transaction& row, const BookingDay& day) {
    const TransactionFacts& facts = row.facts;
    MEISAI_ASSIGN(const std::int64_t difference, billed_difference(facts));
    MEISAI_ASSIGN(const std::int64_t owed, add_minor(facts.amount_minor, difference));
    MEISAI_ASSIGN(const std::int64_t credit, negated(owed));
    if (billed_in_parts(facts.plan.type) && facts.billed_minor && *facts.billed_minor != 0) ++in_parts_;

    std::string out = declare(facts.currency);
    out += declare(cards_.of(row.card_id, row.card_label));
    out += title(day.date, facts.status == TransactionStatus::pending, row.id.text(),
                 description(row.user.merchant.empty() ? facts.merchant_normalized : row.user.merchant));
    out += tags(row, day);
    out += tags(row.user, facts);
    out += posting(counter_account(facts.kind), facts.amount_minor, facts.currency);
    if (difference != 0) out += posting(difference_account(facts.kind, difference > 0), difference, facts.currency);
    out += posting(cards_.of(row.card_id, row.card_label), credit, facts.currency);
    return out + "\n";
  }

  static std::string tags(const Transaction& row, const BookingDay& day) {
    const TransactionFacts& facts = row.facts;
    Tags tags;
    tags.add("meisai-id", row.id.text()).add("kind", name_of(facts.kind)).add("issuer", row.issuer.text());
    if (row.statement_id) tags.add("statement", row.statement_id->text());
    if (facts.plan.type != PaymentType::one_time) tags.add("payment-type", name_of(facts.plan.type));
    tags.add("installment-index", facts.plan.index).add("installment-count", facts.plan.count);
    if (facts.date.precision != DatePrecision::day) tags.add("date-precision", name_of(facts.date.precision));
    if (!facts.date.date) tags.add("booked-on", day.basis);
    tags.add("posting-date", facts.posting_date);
    if (facts.foreign && facts.foreign->currency && facts.foreign->amount_minor)
      tags.add("foreign-amount", decimal_text({*facts.foreign->amount_minor, *facts.foreign->currency}))
          .add("foreign-currency", facts.foreign->currency->code());
    if (facts.foreign && facts.foreign->rate) tags.add("foreign-rate", facts.foreign->rate->text());
    for (const std::string_view flag : flag_names(facts.flags)) tags.add("flag", flag);
    return tags.line();
  }

  /// What the person says of the row, in a line of its own; where they name the shop, also what the issuer calls it.
  static std::string tags(const UserLayer& user, const TransactionFacts& facts) {
    Tags tags;
    tags.add_text("category", user.category);
    for (const std::string& tag : user.tags) tags.add_text("tag", tag);
    if (!user.merchant.empty()) tags.add_text("issuer-merchant", facts.merchant_normalized);
    tags.add_text("note", user.note);
    return tags.line();
  }

  Result<void> add(const Settlement& settlement) {
    const Statement& statement = settlement.statement;
    std::string postings;
    std::string declarations = declare(statement.currency);
    std::int64_t total = 0;
    for (const Settlement::Share& share : settlement.shares) {
      if (share.amount_minor == 0) continue;
      MEISAI_ASSIGN(total, add_minor(total, share.amount_minor));
      const std::string& name = cards_.of(share.card, share.card_label);
      declarations += declare(name);
      postings += posting(name, share.amount_minor, statement.currency);
    }
    if (!statement.payment_due_date || postings.empty()) {
      notes_.push_back("no settlement: " + statement.id.text() + ", " + amount_text(total, statement.currency) +
                       (postings.empty() ? ": nothing is billed" : ": the payment due date is not stated"));
      return {};
    }
    MEISAI_ASSIGN(const std::int64_t debit, negated(total));
    postings += posting(account::bank, debit, statement.currency);

    Tags tags;
    tags.add("meisai-id", statement.id.text()).add("kind", "settlement").add("issuer", statement.issuer.text());
    tags.add("billing-month", statement.billing_month);
    if (statement.balanced == false) tags.add("balanced", "no");
    const bool open = statement.status == StatementStatus::open;
    put({*statement.payment_due_date, {}}, statement.id.text(),
        declarations + title(*statement.payment_due_date, open, statement.id.text(), "カード利用代金の引き落とし") +
            tags.line() + postings + "\n");
    return {};
  }

  static std::string title(LocalDate date, bool unsure, std::string_view code, std::string_view description) {
    std::string line = iso(date) + (unsure ? " ! (" : " * (") + std::string(code) + ")";
    if (!description.empty()) line += " " + std::string(description);
    return line + "\n";
  }

  /// `;` would start a comment and `|` would split the payee from a note.
  std::string description(const std::string& merchant) {
    std::string safe = collapse_spaces(widen_marks(single_line(merchant), ";|"));
    if (safe != merchant) ++renamed_;
    return safe;
  }

  /// The directive at the first mention, nothing later. `1000. JPY` and not `1,000 JPY`: hledger would take
  /// the comma for a decimal mark.
  std::string declare(Currency currency) {
    if (!declared_.insert(std::string(currency.code())).second) return {};
    const std::string fraction(static_cast<std::size_t>(currency.exponent()), '0');
    return "commodity 1000." + fraction + " " + std::string(currency.code()) + "\n";
  }
  std::string declare(const std::string& account_name) {
    if (!declared_.insert(account_name).second) return {};
    return "account " + account_name + "  ; type:L\n";
  }

  void put(const BookingDay& day, const std::string& id, std::string text) {
    entries_.emplace(Key{day.date, id}, std::move(text));
  }

  std::string flush_before(LocalDate date) {
    std::string out;
    const auto end = entries_.lower_bound(Key{date, {}});
    for (auto entry = entries_.begin(); entry != end; ++entry) out += entry->second;
    entries_.erase(entries_.begin(), end);
    return out;
  }

  SettlementBook book_;
  CardAccounts cards_;
  std::multimap<Key, std::string> entries_;  ///< rendered, waiting for their day to be over
  std::set<std::string> declared_;           ///< commodities and card accounts
  std::vector<std::string> notes_;
  std::uint64_t in_parts_ = 0;
  std::uint64_t renamed_ = 0;
};

class HledgerExporter final : public Exporter {
 public:
  std::string_view target() const noexcept override { return "hledger"; }
  std::string_view extension() const noexcept override { return "journal"; }
  std::string_view name_ja() const noexcept override { return "hledger（複式簿記）"; }
  std::string_view name_en() const noexcept override { return "hledger, double-entry journal"; }
  bool books_settlements() const noexcept override { return true; }
  std::unique_ptr<ExportRun> begin(const ExportContext& context) const override {
    return std::make_unique<JournalRun>(context);
  }
};

}  // namespace

std::unique_ptr<Exporter> make_hledger_exporter() { return std::make_unique<HledgerExporter>(); }

}  // namespace meisai::exporters
