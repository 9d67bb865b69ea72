// SPDX-License-Identifier: Apache-2.0
#include "adapters/obie/statements.h"

#include <optional>
#include <utility>

#include "adapters/obie/accounts.h"
#include "meisai/pan_guard.h"
#include "meisai/ports/api_row.h"

namespace meisai::obie {
namespace {

/// Codes may carry a name space: `UK.OBIE.ClosingBalance`.
std::string_view local_name(std::string_view code) {
  const std::size_t point = code.rfind('.');
  return point == std::string_view::npos ? code : code.substr(point + 1);
}

/// A list, or the one object that an issuer writes where a list of one belongs.
std::vector<json::Value> elements_of(json::Value statement, std::string_view name) {
  std::vector<json::Value> elements;
  const auto list = statement.find(name);
  if (list && list->is(json::Kind::object)) return {*list};
  if (list && list->is(json::Kind::array))
    for (const json::Value each : list->children()) elements.push_back(each);
  return elements;
}

/// As written, whatever the type: what is no amount is refused when it is read.
std::string text_in(json::Value value, std::string_view name) {
  const auto found = value.find(name);
  if (!found || found->is(json::Kind::null)) return {};
  const bool nested = found->is(json::Kind::object) || found->is(json::Kind::array);
  return nested ? json::compact(*found) : std::string(found->text());
}

TypedAmount amount_of(json::Value typed, std::string_view component) {
  TypedAmount amount{.label = std::string(local_name(typed.string("Type"))), .component = std::string(component)};
  if (const auto sum = typed.find("Amount", json::Kind::object)) {
    amount.amount = text_in(*sum, "Amount");
    amount.currency = text_in(*sum, "Currency");
  } else {
    amount.amount = text_in(typed, "Amount");
  }
  amount.direction = text_in(typed, "CreditDebitIndicator");
  return amount;
}

/// A closing balance and what it holds beside the rows. Without the first the others explain nothing.
std::vector<TypedAmount> amounts_of(json::Value statement) {
  std::vector<TypedAmount> amounts;
  std::optional<TypedAmount> previous;
  for (const json::Value each : elements_of(statement, "StatementAmount")) {
    const std::string_view type = local_name(each.string("Type"));
    if (type == "ClosingBalance" && amounts.empty()) amounts.push_back(amount_of(each, {}));
    if (type == "PreviousClosingBalance" && !previous) previous = amount_of(each, "previous_balance");
  }
  if (amounts.empty()) return amounts;
  if (previous) amounts.push_back(*std::move(previous));
  for (const std::string_view list : {"StatementFee", "StatementInterest"})
    for (const json::Value each : elements_of(statement, list)) amounts.push_back(amount_of(each, "bill_adjustment"));
  return amounts;
}

void read_due_date(json::Value statement, StatementHead& head) {
  for (const std::string_view wanted : {"PaymentDue", "DirectDebitDue"}) {
    for (const json::Value each : elements_of(statement, "StatementDateTime")) {
      if (local_name(each.string("Type")) != wanted) continue;
      head.due = text_in(each, "DateTime");
      head.due_label = wanted;
      return;
    }
  }
}

bool repeats_others(std::string_view type) { return type == "Annual" || type == "Interim"; }

void put_sum(RawPageBuilder& out, const TypedAmount& sum) {
  out.cell(Field::label, sum.label);
  out.cell(Field::value, sum.amount);
  out.cell(Field::currency, sum.currency);
  out.cell(Field::direction, sum.direction);
}

bool says_the_same_total(const TypedAmount& sum, const SettledStatement& settled, const Vocabulary& vocabulary) {
  const auto currency = Currency::parse(sum.currency.empty() ? vocabulary.currency : sum.currency);
  if (!currency || (!sum.currency.empty() && *currency != settled.currency)) return false;
  const auto amount = read_api_amount(sum.amount, *currency);
  if (!amount) return false;
  return settled.stated_total_minor == (sum.direction == vocabulary.credit_word ? -*amount : *amount);
}

StatementHead head_of(json::Value statement, std::string_view id, bool is_open) {
  StatementHead head{.id = std::string(id), .reference = std::string(id)};
  pan::mask(head.reference);
  head.closing = statement.string("EndDateTime");
  head.is_open = is_open;
  read_due_date(statement, head);
  head.amounts = amounts_of(statement);
  return head;
}

}  // namespace

Result<StatementPage> read_statements(json::Value answer, std::string_view account, LocalDate today) {
  MEISAI_ASSIGN(const auto statements, list_in(answer, "Statement"));
  StatementPage page;
  std::size_t unreadable = 0;
  for (const json::Value statement : statements) {
    const std::string_view id = statement.string("StatementId");
    const std::string_view owner = statement.string("AccountId");
    const auto closing = read_api_date(statement.string("EndDateTime"));
    if (id.empty() || !closing) {
      ++unreadable;
      page.refused.push_back({Field::extension, {}, json::compact(statement)});
    } else if (!owner.empty() && owner != account) {
      page.refused.push_back({Field::other_account, std::string(owner), json::compact(statement)});
    } else if (pan::full_number_in(id)) {
      page.refused.push_back({Field::issuer_reference, std::string(id), json::compact(statement)});
    } else if (!repeats_others(local_name(statement.string("Type")))) {
      page.heads.push_back(head_of(statement, id, *closing >= today));
    }
  }
  if (unreadable * 2 > statements.size()) return drifted("most statements have no StatementId or EndDateTime");
  return page;
}

bool says_the_same(const StatementHead& head, const SettledStatement& settled, const Vocabulary& vocabulary) {
  const auto same_date = [](std::string_view text, const std::optional<LocalDate>& known) {
    const auto date = read_api_date(text);
    return date ? known == *date : date.error() == Code::field_empty;
  };
  return !head.is_open && same_date(head.closing, settled.closing_date) &&
         same_date(head.due, settled.payment_due_date) &&
         (head.amounts.empty() || says_the_same_total(head.amounts.front(), settled, vocabulary));
}

void RefusedStatement::write(RawPageBuilder& out, std::uint64_t& row, std::uint32_t card) const {
  out.begin_record(RecordKind::transaction, ++row, card);
  if (why != Field::extension) out.cell(why, id);
  out.cell(Field::extension, "Statement=" + text);
}

void StatementHead::write(RawPageBuilder& out, std::uint64_t& row, std::uint32_t card) const {
  const auto fact = [&](RecordKind kind, std::string_view value, std::string_view label) {
    if (value.empty()) return;
    out.begin_record(kind, ++row, card);
    out.cell(Field::value, value);
    if (!label.empty()) out.cell(Field::label, label);
  };
  fact(RecordKind::statement_reference, reference, {});
  fact(RecordKind::statement_status, is_open ? "open" : "closed", {});
  fact(RecordKind::closing_date, closing, "EndDateTime");
  if (const auto date = read_api_date(due); date || date.error() != Code::field_empty)
    fact(RecordKind::payment_due_date, due, due_label);
  for (const TypedAmount& sum : amounts) {
    out.begin_record(sum.component.empty() ? RecordKind::stated_total : RecordKind::component, ++row, card);
    put_sum(out, sum);
    if (!sum.component.empty()) out.cell(Field::section, sum.component);
  }
}

}  // namespace meisai::obie
