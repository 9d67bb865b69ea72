// SPDX-License-Identifier: Apache-2.0
//
// Puts the months together: which rows show now, which statements have closed, and what was paid for them.
#include "samples/issuer_sandbox/story.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace sandbox {
namespace {

constexpr int months_before_base = 14;
constexpr Civil hour = 3'600;

Civil add_months(Civil at, int months, unsigned day) {
  const Day from = day_of(at);
  const int total = from.year * 12 + static_cast<int>(from.month) - 1 + months;
  return civil_day(total / 12, static_cast<unsigned>(total % 12) + 1, day);
}

std::string month_text(Civil at) { return civil_text(at).substr(0, 7); }

std::string compact_month(Civil at) {
  const std::string text = month_text(at);
  return text.substr(0, 4) + text.substr(5);
}

std::int64_t signed_yen(const Row& row) { return row.credit ? -row.yen : row.yen; }

using Periods = std::map<std::pair<std::size_t, Civil>, std::vector<Row>>;  // card and closing second

Periods periods_of(const Company& company, const std::vector<Row>& rows) {
  Periods periods;
  for (const Row& row : rows) {
    if (row.billed && !row.pending) {
      periods[{row.card, closing_of(company, row.booked)}].push_back(row);
    }
  }
  return periods;
}

Row payment_for(const Company& company, const Statement& statement) {
  Row row;
  row.id = company.prefix + "-P" + std::to_string(statement.card + 1) + "-" + compact_month(statement.end);
  row.card = statement.card;
  row.kind = Kind::payment;
  row.credit = true;
  row.billed = false;
  row.used = row.booked = row.from = statement.due + 9 * hour;
  row.merchant = "口座振替によるお支払い";
  row.yen = statement.total;
  row.plan = Plan::none;
  return row;
}

std::vector<Statement> statements_of(const Company& company, const Periods& periods) {
  std::vector<Statement> result;
  for (const auto& [key, rows] : periods) {
    Statement statement;
    statement.card = key.first;
    statement.end = key.second;
    statement.start = add_months(statement.end, -1, company.closing_day) + day_length;
    statement.created = statement.end + 1 + 3 * day_length + 6 * hour;
    statement.due = add_months(statement.end, 1, company.payment_day);
    statement.reference = month_text(statement.end);
    statement.id = company.prefix + "-S" + std::to_string(statement.card + 1) + "-" + compact_month(statement.end);
    statement.rows = rows;
    for (const Row& row : rows) {
      statement.total += signed_yen(row);
    }
    result.push_back(std::move(statement));
  }
  return result;
}

}  // namespace

Civil closing_of(const Company& company, Civil booked) {
  const Civil closing = add_months(booked, 0, company.closing_day) + day_length - 1;
  return booked <= closing ? closing : add_months(booked, 1, company.closing_day) + day_length - 1;
}

Story::Story(const Company& company, std::uint64_t seed, Civil base)
    : company_(company), seed_(seed), first_(add_months(base, -months_before_base, 1)) {}

Books Story::at(Seconds now) const {
  const Civil today = civil_of(now);
  std::vector<Row> all;
  int number = 0;
  for (Civil month = first_; month <= today; month = add_months(month, 1, 1), ++number) {
    for (std::size_t card = 0; card < company_.cards.size(); ++card) {
      for (Row& row : rows_of_month({company_, seed_, number, month, card})) {
        all.push_back(std::move(row));
      }
    }
  }
  Books books;
  for (Statement& statement : statements_of(company_, periods_of(company_, all))) {
    if (statement.created > today) {
      continue;
    }
    if (statement.total > 0) {
      all.push_back(payment_for(company_, statement));
    }
    books.statements.push_back(std::move(statement));
  }
  for (Row& row : all) {
    if (row.from <= today && (!row.until || today < *row.until)) {
      books.rows.push_back(std::move(row));
    }
  }
  std::sort(books.rows.begin(), books.rows.end(),
            [](const Row& a, const Row& b) { return std::tie(b.booked, b.id) < std::tie(a.booked, a.id); });
  std::sort(books.statements.begin(), books.statements.end(),
            [](const Statement& a, const Statement& b) { return std::tie(b.end, b.id) < std::tie(a.end, a.id); });
  for (Statement& statement : books.statements) {
    std::sort(statement.rows.begin(), statement.rows.end(),
              [](const Row& a, const Row& b) { return std::tie(a.booked, a.id) < std::tie(b.booked, b.id); });
  }
  return books;
}

}  // namespace sandbox
