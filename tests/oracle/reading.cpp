// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/reading.h"

#include <algorithm>

namespace meisai::oracle {
namespace {

constexpr std::size_t all_changes = 100'000;

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

void must_be(const char* what, const std::vector<std::string>& found, const std::vector<std::string>& expected) {
  if (found != expected)
    throw Mismatch(std::string(what) + "; the ledger has:" + text_of(found) + "\nthe truth is:" + text_of(expected));
}

std::vector<StoredRow> removed_rows(LedgerView& view) {
  std::vector<StoredRow> rows;
  TransactionQuery query;
  query.status = TransactionStatus::removed;
  must(view.transactions(query, [&](const StoredRow& row) { return rows.push_back(row), true; }));
  return rows;
}

/// The model's name of a stored statement: the issuer's id of it, or when it is due and of which card.
std::string reference_of(const StatementRow& statement, const std::map<CardKey, int>& cards) {
  const std::string name = statement.anchor.substr(statement.anchor.find(':') + 1);
  if (statement.anchor.starts_with("id:")) return name;
  for (int index = 0; index < statement_count; ++index)
    if (iso_day(due_day(index)) == name && statement.cards.size() == 1)
      return Bill{.card = cards.at(statement.cards.front()), .index = index}.reference();
  return "unknown " + statement.anchor;
}

}  // namespace

void Follower::read(LedgerView& view) {
  for (const ChangeRow& change : must(view.changes(position_, all_changes))) take(change);
  hold(position_ == must(view.last_position()), "the feed ends before its last position");
}

void Follower::take(const ChangeRow& change) {
  hold(change.position == position_ + 1, "the feed's positions have a gap, or one comes twice");
  hold(change.last >= change.first, "a change is about nothing");
  position_ += static_cast<std::uint64_t>(change.last - change.first + 1);
  if (change.entity != Entity::transaction) return;
  for (TransactionKey key = change.first; key <= change.last; ++key) take_row(change, key);
}

void Follower::take_row(const ChangeRow& change, TransactionKey key) {
  switch (change.kind) {
    case ChangeKind::added:
      return hold(visible_.insert(key).second, "a row is added that is there");
    case ChangeKind::modified:
      return hold(visible_.contains(key), "a row is modified that is not there");
    case ChangeKind::removed:
      hold(visible_.erase(key) == 1, "a row is removed that is not there");
      why_removed_[key] = change.reason;
  }
}

std::unique_ptr<LedgerView> Reading::view() {
  return must(world_.store().read(must(world_.gate().ask<Read>({})), test::entry("transactions")));
}

void Reading::check_order() {
  const auto view = this->view();
  follower_.read(*view);
  std::set<TransactionKey> visible;
  std::map<std::pair<CardKey, BillingMonth>, std::int64_t> months;
  must(view->transactions({}, [&](const StoredRow& row) {
    const LocalDate day = row.facts.date.date.value();
    months[{row.card, day.year() / day.month()}] += row.facts.amount_minor;
    return visible.insert(row.key).second;
  }));
  hold(visible == follower_.visible(), "the feed tells other rows than are there");
  for (const MonthTotal& total : must(view->month_totals())) {
    hold(months[{total.card, total.month}] == total.amount_minor, "a month's sum is not that of its rows");
    months.erase({total.card, total.month});
  }
  hold(months.empty(), "a month has rows and no sum");
  for (const StoredRow& row : removed_rows(*view)) {
    const auto why = follower_.why_removed().find(row.key);
    hold(why != follower_.why_removed().end() && !why->second.empty(), "a row was removed and nobody says why");
  }
}

void Reading::read_names(LedgerView& view) {
  for (const CardRow& card : must(view.cards())) cards_[card.key] = card.last4 == "0001" ? 0 : 1;
  for (const StatementRow& each : must(view.statements())) statements_[each.key] = reference_of(each, cards_);
}

std::string Reading::plain_line(const StoredRow& row) const {
  const std::chrono::sys_days day(row.facts.date.date.value());
  const std::chrono::sys_days first(parse_iso_date(iso_day(0)).value());
  return line_of({.card = cards_.at(row.card),
                  .day = static_cast<Day>((day - first).count()),
                  .shop = row.facts.merchant_raw,
                  .yen = static_cast<int>(row.facts.amount_minor),
                  .pending = row.facts.status == TransactionStatus::pending});
}

std::multimap<std::string, TransactionKey> Reading::plain_rows() {
  const auto view = this->view();
  read_names(*view);
  std::multimap<std::string, TransactionKey> rows;
  must(view->transactions({}, [&](const StoredRow& row) { return rows.emplace(plain_line(row), row.key), true; }));
  return rows;
}

std::string Reading::line(LedgerView& view, const StoredRow& row) {
  std::string text = plain_line(row);
  std::map<std::string, std::int64_t> shares;
  for (const BilledPart& part : must(view.parts_of(row.key)))
    shares[statements_.at(part.statement)] = part.billed_minor.value_or(0);
  // A share of the whole says what a row without shares says.
  if (shares.size() == 1 && shares.begin()->second == row.facts.amount_minor)
    return text + " in " + shares.begin()->first;
  for (const auto& [statement, yen] : shares) text += " " + std::to_string(yen) + " in " + statement;
  if (shares.empty() && row.statement != 0) text += " in " + statements_.at(row.statement);
  return text;
}

void Reading::compare(const Prediction& prediction) {
  const auto view = this->view();
  read_names(*view);
  std::vector<std::string> rows;
  std::vector<StoredRow> stored_rows;
  must(view->transactions({}, [&](const StoredRow& row) { return stored_rows.push_back(row), true; }));
  for (const StoredRow& row : stored_rows) rows.push_back(line(*view, row));
  std::ranges::sort(rows);
  must_be("rows", rows, prediction.rows());
  compare_statements(*view, prediction);
  compare_removed(*view, prediction);

  std::map<std::pair<int, std::string>, Prediction::MonthSum> months;
  for (const MonthTotal& total : must(view->month_totals()))
    months[{cards_.at(total.card), iso(total.month)}] = {total.amount_minor, total.count};
  hold(months == prediction.months(), "the months' sums are not those of the truth");
}

void Reading::compare_statements(LedgerView& view, const Prediction& prediction) {
  std::vector<std::string> bills;
  for (const StatementRow& each : must(view.statements())) {
    const std::string& reference = statements_.at(each.key);
    const bool is_loose = each.status == StatementStatus::revised && prediction.may_be_revised(reference);
    bills.push_back(reference + " " + std::string(name_of(is_loose ? StatementStatus::closed : each.status)) + " " +
                    std::to_string(each.computed_total_minor) + " of " + std::to_string(each.transaction_count));
    hold(each.balanced != std::optional(false), "a statement does not balance");
    hold(each.held_count == 0, "a statement has held rows");
  }
  std::ranges::sort(bills);
  must_be("statements", bills, prediction.bills());
}

void Reading::compare_removed(LedgerView& view, const Prediction& prediction) {
  std::vector<std::string> removed;
  const std::set<std::string> at_most = prediction.removed_at_most();
  for (StoredRow row : removed_rows(view)) {
    row.facts.status = TransactionStatus::pending;  // which it was
    removed.push_back(line(view, row));
    hold(at_most.contains(removed.back()), "a row was removed that was never pending and gone");
  }
  std::ranges::sort(removed);
  hold(std::ranges::includes(removed, prediction.removed_at_least()), "a released row was not removed");
}

}  // namespace meisai::oracle
