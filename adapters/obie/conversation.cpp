// SPDX-License-Identifier: Apache-2.0
#include "adapters/obie/conversation.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace meisai::obie {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::string_view statement_rows = "/accounts/{AccountId}/statements/{StatementId}/transactions";
constexpr std::string_view rows_of_days = "/accounts/{AccountId}/transactions";

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// `application/json`, in UTF-8 where it says so.
bool is_json(std::string_view content_type) {
  std::string type;
  for (const char c : content_type)
    if (c != ' ' && c != '\t' && c != '"') type += lower(c);
  const std::size_t end = type.find(';');
  if (type.substr(0, end) != "application/json") return false;
  const std::size_t charset = type.find("charset=");
  return charset == std::string::npos || type.substr(charset + 8, 5) == "utf-8";
}

}  // namespace

ObieConversation::ObieConversation(const Shape& shape, FetchPlan plan)
    : shape_(shape),
      plan_(std::move(plan)),
      list_(shape.profile(), shape.profile().endpoints.resource_base + "/accounts"),
      accounts_(shape.profile()) {}

Error ObieConversation::located(Error error) const {
  error.where.issuer = shape_.profile().id.text();
  error.where.layout = "obie " + shape_.profile().api_version;
  return error;
}

Result<std::optional<IssuerRequest>> ObieConversation::next_request() {
  if (failure_) return fail(*failure_);
  if (list_.done()) return std::optional<IssuerRequest>();
  return std::optional(IssuerRequest{list_.url()});
}

Result<void> ObieConversation::accept(const IssuerAnswer& answer) {
  if (failure_) return fail(*failure_);
  if (auto done = read(answer); !done) {
    failure_ = located(std::move(done.error()));
    return fail(*failure_);
  }
  return {};
}

std::optional<FetchedPiece> ObieConversation::take_piece() {
  if (pieces_.empty()) return std::nullopt;
  FetchedPiece piece = std::move(pieces_.front());
  pieces_.pop_front();
  return piece;
}

Result<void> ObieConversation::read(const IssuerAnswer& answer) {
  if (stage_ == Stage::done) return fail(Code::internal_bug, "an answer came that nothing asked for");
  if (answer.status != 200) return fail(Code::answer_not_valid, "an answer without status 200 cannot be read");
  if (!is_json(answer.content_type)) return fail(Code::answer_not_valid, "the answer is not application/json in UTF-8");
  MEISAI_ASSIGN(const json::Value value, json_.read(answer.body, shape_.json_limits()));
  MEISAI_TRY(list_.follow(value));
  switch (stage_) {
    case Stage::accounts:
      MEISAI_TRY(accounts_.read(value));
      break;
    case Stage::statements:
      MEISAI_TRY(take_statements(value));
      break;
    case Stage::statement_rows:
    case Stage::days:
      MEISAI_TRY(read_rows(value, answer.body));
      break;
    case Stage::done:
      break;
  }
  return list_.done() ? next_list() : Result<void>();
}

Result<void> ObieConversation::take_statements(json::Value answer) {
  MEISAI_ASSIGN(StatementPage page, read_statements(answer, accounts_.ids()[card_], plan_.today));
  for (StatementHead& head : page.heads) {
    const bool listed_before = std::ranges::find(statements_, head.id, &StatementHead::id) != statements_.end();
    if (!listed_before && !is_settled(head)) statements_.push_back(std::move(head));
  }
  std::ranges::move(page.refused, std::back_inserter(refused_statements_));
  return {};
}

bool ObieConversation::is_settled(const StatementHead& head) const {
  if (!known_card_) return false;
  const auto& settled = known_card_->settled;
  const auto known = std::ranges::find(settled, head.reference, &SettledStatement::reference);
  return known != settled.end() && says_the_same(head, *known, shape_.statement_layout().vocabulary);
}

/// The list before is complete: what comes after it.
Result<void> ObieConversation::next_list() {
  if (stage_ != Stage::days) last_page_.clear();
  switch (stage_) {
    case Stage::accounts:
      if (accounts_.ids().empty())
        return fail(Code::no_card_account, "the issuer lists no credit or charge card for this person",
                    "link another issuer, or choose the card's account when authorizing");
      return begin_card();
    case Stage::statements:
      statement_ = 0;
      return begin_statement();
    case Stage::statement_rows:
      end_document(std::string(statement_rows));
      ++statement_;
      return begin_statement();
    case Stage::days:
      if (++day_range_ < days_.size()) return list_of_days();
      last_page_.clear();
      end_document(std::string(rows_of_days));
      ++card_;
      return begin_card();
    case Stage::done:
      break;
  }
  return {};
}

Result<std::string> ObieConversation::card_url(std::string_view below) const {
  MEISAI_ASSIGN(const std::string id, path_step(accounts_.ids()[card_]));
  return shape_.profile().endpoints.resource_base + "/accounts/" + id + std::string(below);
}

Result<void> ObieConversation::begin_card() {
  if (card_ == accounts_.ids().size()) {
    stage_ = Stage::done;
    return {};
  }
  known_card_ = plan_.known_card ? plan_.known_card(accounts_.cards()[card_]) : std::nullopt;
  statements_.clear();
  refused_statements_.clear();
  if (!shape_.profile().statements) return begin_days();
  stage_ = Stage::statements;
  MEISAI_ASSIGN(std::string url, card_url("/statements"));
  list_ = Listing(shape_.profile(), std::move(url));
  return {};
}

Result<void> ObieConversation::begin_statement() {
  if (statement_ == statements_.size()) return begin_days();
  stage_ = Stage::statement_rows;
  const StatementHead& head = statements_[statement_];
  MEISAI_ASSIGN(const std::string id, path_step(head.id));
  MEISAI_ASSIGN(std::string url, card_url("/statements/" + id + "/transactions"));
  list_ = Listing(shape_.profile(), std::move(url));
  begin_document(shape_.statement_layout());
  head.write(builder_, row_, card_);
  return {};
}

Result<void> ObieConversation::begin_days() {
  days_.clear();
  day_range_ = 0;
  const sys_days last = plan_.today;
  for (sys_days from = first_day(); from <= last;) {
    const sys_days to = std::min(last, from + shape_.profile().limits.longest_query - days(1));
    days_.push_back({LocalDate(from), LocalDate(to)});
    from = to + days(1);
  }
  if (days_.empty()) {
    ++card_;
    return begin_card();
  }
  stage_ = Stage::days;
  begin_document(shape_.range_layout());
  for (const RefusedStatement& each : refused_statements_) each.write(builder_, row_, card_);
  return list_of_days();
}

/// The filters carry no zone: with one, issuers answer 400.
Result<void> ObieConversation::list_of_days() {
  const Days& range = days_[day_range_];
  MEISAI_ASSIGN(std::string url, card_url("/transactions?fromBookingDateTime=" + iso(range.from) +
                                          "T00:00:00&toBookingDateTime=" + iso(range.to) + "T23:59:59"));
  list_ = Listing(shape_.profile(), std::move(url));
  return {};
}

void ObieConversation::begin_document(const LayoutInfo& layout) {
  layout_ = &layout;
  row_ = 0;
  rows_.emplace(shape_, layout.vocabulary);
}

void ObieConversation::end_document(std::string name) {
  begin_record(RecordKind::window_end);
  push_page();
  FetchedDocument document{.layout = layout_, .name = std::move(name), .card = card_};
  document.facts.encoding = "UTF-8";
  document.facts.unknown_columns = rows_->take_unknown();
  document.facts.lines = row_;
  if (layout_->window == WindowRule::card_range) {
    document.complete_from = first_day();
    document.complete_to = plan_.today;
  }
  pieces_.emplace_back(std::move(document));
}

void ObieConversation::begin_record(RecordKind kind) {
  if (builder_.is_full()) push_page();
  builder_.begin_record(kind, ++row_, card_);
}

void ObieConversation::push_page() {
  if (!builder_.empty()) pieces_.emplace_back(builder_.take());
}

Result<void> ObieConversation::read_rows(json::Value answer, std::string_view document) {
  MEISAI_ASSIGN(const auto rows, list_in(answer, "Transaction"));
  const bool ids_are_stable = shape_.profile().transaction_id_is_stable;
  const bool more_follows = !list_.done() || (stage_ == Stage::days && day_range_ + 1 < days_.size());
  std::vector<KnownRow> this_page;
  std::size_t unreadable = 0;
  for (const json::Value row : rows) {
    if (ids_are_stable) {
      const auto id = row.find("TransactionId", json::Kind::string);
      if (more_follows && id && !id->text().empty()) this_page.emplace_back(id->raw(), row.raw());
      if (seen_on_last_page(row)) continue;
    }
    begin_record(RecordKind::transaction);
    if (!rows_->read(row, accounts_.ids()[card_], builder_)) ++unreadable;
  }
  if (unreadable * 2 > rows.size()) return drifted("most transactions of a page lack what makes a transaction");
  keep_page(document, this_page);
  return {};
}

/// The rows point into the answer, which goes: it is copied once, and they are moved over.
void ObieConversation::keep_page(std::string_view document, const std::vector<KnownRow>& rows) {
  last_page_.clear();
  if (rows.empty()) return;
  last_document_ = document;
  const auto moved = [&](std::string_view part) {
    return std::string_view(last_document_)
        .substr(static_cast<std::size_t>(part.data() - document.data()), part.size());
  };
  for (const auto& [id, row] : rows) last_page_.emplace(moved(id), moved(row));
}

/// Answers of a list that is not isolated overlap: a row that moved over the edge comes twice.
bool ObieConversation::seen_on_last_page(json::Value row) {
  if (last_page_.empty()) return false;
  const auto id = row.find("TransactionId", json::Kind::string);
  if (!id || id->text().empty()) return false;
  const auto [from, to] = last_page_.equal_range(id->raw());
  for (auto each = from; each != to; ++each) {
    if (each->second != row.raw()) continue;
    last_page_.erase(each);
    return true;
  }
  return false;
}

}  // namespace meisai::obie
