// SPDX-License-Identifier: Apache-2.0
#include "tests/linked_sync/scripted_issuer.h"

#include <deque>

#include "meisai/date.h"

namespace meisai::test {
namespace {

class ScriptedConversation final : public Conversation {
 public:
  explicit ScriptedConversation(const ScriptedIssuer& issuer) : script_(issuer.script), layouts_(issuer.layouts()) {
    add_card(issuer.card_key, issuer.card_name, issuer.last4);
    for (const std::string& key : issuer.more_cards) add_card(key, issuer.card_name, "0002");
  }

  Result<std::optional<IssuerRequest>> next_request() override {
    if (at_ == script_.size()) return std::optional<IssuerRequest>();
    return std::optional(IssuerRequest{script_[at_].url});
  }
  Result<void> accept(const IssuerAnswer&) override {
    const Exchange& now = script_[at_++];
    if (now.on_accept) now.on_accept();
    if (now.refuses) return fail(*now.refuses);
    for (const ApiDocument& document : now.documents) end_document(document);
    card_ = now.card;
    for (const ApiLine& line : now.lines) add(line);
    flush();
    return {};
  }
  std::optional<FetchedPiece> take_piece() override {
    if (pieces_.empty()) return std::nullopt;
    std::optional<FetchedPiece> first(std::move(pieces_.front()));
    pieces_.pop_front();
    return first;
  }
  std::span<const CardClue> cards() const override { return cards_; }

 private:
  void add_card(const std::string& key, const std::string& name, const std::string& last4) {
    cards_.push_back({.key_text = Secret(std::string_view(key)), .name = name, .last4 = last4});
  }
  void end_document(const ApiDocument& document) {
    card_ = document.card;
    const bool is_statement = !document.statement.empty();
    if (is_statement) {
      value(RecordKind::statement_reference, document.statement);
      value(RecordKind::statement_status, document.status);
      if (!document.closing_date.empty()) value(RecordKind::closing_date, document.closing_date);
      if (!document.total.empty()) {
        const bool is_credit = document.total.starts_with('-');
        value(RecordKind::stated_total, document.total.substr(is_credit ? 1 : 0));
        builder_.cell(Field::direction, is_credit ? "Credit" : "Debit");
        builder_.cell(Field::currency, "JPY");
      }
    }
    for (const ApiLine& line : document.lines) add(line);
    flush();
    FetchedDocument end{.layout = &layouts_[is_statement ? 1 : 0],
                        .name = is_statement ? "/statements/{StatementId}/transactions" : "/transactions",
                        .card = card_};
    if (!is_statement) {
      end.complete_from = parse_iso_date(document.from).value();
      end.complete_to = parse_iso_date(document.to).value();
    }
    pieces_.emplace_back(std::move(end));
  }
  void value(RecordKind kind, const std::string& text) {
    builder_.begin_record(kind, ++row_, card_);
    builder_.cell(Field::value, text);
  }
  void add(const ApiLine& line) {
    builder_.begin_record(RecordKind::transaction, ++row_, card_);
    builder_.reviewed_id_cell(Field::issuer_reference, line.id);
    builder_.reviewed_id_cell(Field::pending_reference, line.was_pending_as);
    builder_.cell(Field::usage_date, line.date);
    builder_.cell(Field::posting_date, line.date);
    builder_.cell(Field::merchant, line.merchant);
    builder_.cell(Field::amount, line.amount);
    builder_.cell(Field::currency, "JPY");
    builder_.cell(Field::direction, line.direction);
    builder_.cell(Field::status, line.pending ? "Pending" : "Booked");
  }
  void flush() {
    if (!builder_.empty()) pieces_.emplace_back(builder_.take());
  }

  Script script_;
  std::span<const LayoutInfo> layouts_;
  std::vector<CardClue> cards_;
  std::size_t at_ = 0;
  std::uint64_t row_ = 0;
  std::uint32_t card_ = 0;  // of the document under way
  RawPageBuilder builder_;
  std::deque<FetchedPiece> pieces_;
};

LayoutInfo layout(const IssuerId& issuer, const char* name, WindowRule rule) {
  LayoutInfo out{.issuer = issuer, .name_ja = "見本カード", .name_en = "Sample Card", .layout = name, .window = rule};
  out.vocabulary.billed_column = false;
  out.vocabulary.empty_plan = EmptyPlan::one_time;
  out.vocabulary.charge_word = "Debit";
  out.vocabulary.credit_word = "Credit";
  out.vocabulary.pending_word = "Pending";
  out.vocabulary.posted_word = "Booked";
  return out;
}

}  // namespace

ScriptedIssuer::ScriptedIssuer(const std::string& id) {
  known.id = IssuerId(id);
  known.transaction_id_is_stable = true;
  layouts_ = {layout(known.id, "scripted_listing", WindowRule::card_range),
              layout(known.id, "scripted_statement", WindowRule::statement)};
}

void ScriptedIssuer::be(const IssuerId& id) {
  known.id = id;
  for (LayoutInfo& layout : layouts_) layout.issuer = id;
}

std::unique_ptr<Conversation> ScriptedIssuer::converse(const FetchPlan& plan) const {
  plans.push_back(plan);
  return std::make_unique<ScriptedConversation>(*this);
}

}  // namespace meisai::test
