// SPDX-License-Identifier: Apache-2.0
#include "tests/exporters/sample_ledger.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <tuple>

#include "exporters/all.h"

namespace meisai::test {
namespace {

using Json = nlohmann::json;

template <class Enum>
Enum named(const Json& name, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (name_of(static_cast<Enum>(i)) == name.get<std::string>()) return static_cast<Enum>(i);
  throw std::runtime_error("no such word in the model: " + name.dump());
}

template <class T>
std::optional<T> optional_of(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

std::optional<LocalDate> optional_day(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return parse_iso_date(value.get<std::string>()).value();
}

TransactionFacts facts_of(const Json& truth) {
  TransactionFacts facts;
  facts.date = {optional_day(truth["date"]), named<DatePrecision>(truth["date_precision"], 3)};
  facts.merchant_raw = truth["merchant_raw"];
  facts.merchant_normalized = truth["merchant_normalized"];
  facts.kind = named<TransactionKind>(truth["kind"], 9);
  facts.amount_minor = truth["amount_minor"];
  facts.billed_minor = optional_of<std::int64_t>(truth["billed_minor"]);
  facts.currency = Currency::parse(truth["currency"].get<std::string>()).value();
  facts.plan = {named<PaymentType>(truth["payment_type"], 7), optional_of<int>(truth["installment_index"]),
                optional_of<int>(truth["installment_count"])};
  facts.status = named<TransactionStatus>(truth["status"], 2);
  if (const Json& foreign = truth["foreign"]; !foreign.is_null()) {
    ForeignAmount amount;
    amount.amount_text = foreign["amount_text"];
    amount.amount_minor = optional_of<std::int64_t>(foreign["amount_minor"]);
    if (!foreign["currency"].is_null())
      amount.currency = Currency::parse(foreign["currency"].get<std::string>()).value();
    if (!foreign["rate"].is_null()) amount.rate = DecimalText::parse(foreign["rate"].get<std::string>()).value();
    amount.rate_date = optional_day(foreign["rate_date"]);
    facts.foreign = std::move(amount);
  }
  return facts;
}

/// One sample's card, statement and rows, with ids made from the sample's first letter.
class SampleReader {
 public:
  SampleReader(const std::string& name, Ledger& ledger)
      : truth_(expected_json(name)), letter_(1, static_cast<char>(name.front() - 'a' + 'A')), ledger_(ledger) {}

  void read(std::optional<LocalDate> due_date) {
    const Json& truth = truth_["statement"];
    Settlement settlement;
    Statement& statement = settlement.statement;
    statement.id = StatementId("S" + letter_);
    statement.issuer = IssuerId(truth_["issuer"].get<std::string>());
    statement.billing_month = parse_iso_month(truth["billing_month"].get<std::string>()).value();
    statement.payment_due_date = due_date ? due_date : optional_day(truth["payment_due_date"]);
    statement.stated_total_minor = optional_of<std::int64_t>(truth["stated_total_minor"]);
    statement.computed_total_minor = truth["computed_total_minor"];
    statement.balanced = optional_of<bool>(truth["balanced"]);
    for (std::size_t i = 0; i < truth_["transactions"].size(); ++i) add_row(i, settlement);
    for (const Json& component : truth["components"])
      share_of(component["card_label"], settlement).amount_minor += component["amount_minor"].get<std::int64_t>();
    ledger_.context.settlements.push_back(std::move(settlement));
  }

 private:
  void add_row(std::size_t index, Settlement& settlement) {
    const Json& truth = truth_["transactions"][index];
    Settlement::Share& share = share_of(truth["card_label"], settlement);
    Transaction row;
    row.id = TransactionId("T" + letter_ + std::to_string(100 + index));
    row.issuer = settlement.statement.issuer;
    row.card_id = share.card;
    row.card_label = share.card_label;
    row.statement_id = settlement.statement.id;
    row.facts = facts_of(truth);
    row.source = {"file", "0123456789ab", "sample_" + letter_, index + 2};
    share.amount_minor += row.facts.billed_minor.value_or(0);
    ledger_.rows.push_back(std::move(row));
  }

  Settlement::Share& share_of(const Json& label, Settlement& settlement) {
    for (Settlement::Share& share : settlement.shares)
      if (share.card_label == label.get<std::string>()) return share;
    Card card;
    card.id = CardId("C" + letter_ + std::to_string(settlement.shares.size() + 1));
    card.issuer = settlement.statement.issuer;
    card.label = label;
    settlement.shares.push_back({card.id, card.label, 0});
    ledger_.context.cards.push_back(std::move(card));
    return settlement.shares.back();
  }

  Json truth_;
  std::string letter_;
  Ledger& ledger_;
};

}  // namespace

Json expected_json(const std::string& name) {
  std::ifstream in(std::string(MEISAI_SOURCE_DIR) + "/samples/statements/" + name + "/expected.json");
  return Json::parse(in);
}

Ledger sample_ledger(const std::vector<std::string>& names, const std::map<std::string, LocalDate>& due_dates) {
  Ledger ledger;
  for (const std::string& name : names) {
    const auto due = due_dates.find(name);
    SampleReader(name, ledger).read(due == due_dates.end() ? std::nullopt : std::optional(due->second));
  }
  // Against the ids within a day: an exporter that sorts by id has something to do.
  std::ranges::sort(ledger.rows, [](const Transaction& a, const Transaction& b) {
    return std::tie(a.facts.date.date, b.id) < std::tie(b.facts.date.date, a.id);
  });
  return ledger;
}

LocalDate day(const char* iso_date) { return parse_iso_date(iso_date).value(); }

Transaction purchase(const std::string& id, LocalDate date, std::string merchant) {
  Transaction row;
  row.id = TransactionId(id);
  row.issuer = IssuerId("invented_card");
  row.card_id = CardId("CARD1");
  row.card_label = "Card 1";
  row.facts.date = {date, DatePrecision::day};
  row.facts.merchant_raw = merchant;
  row.facts.merchant_normalized = std::move(merchant);
  row.facts.amount_minor = 1000;
  row.facts.billed_minor = 1000;
  row.facts.plan.type = PaymentType::one_time;
  row.source = {"file", "0123456789ab", "invented", 2};
  return row;
}

std::string exported(const std::string& target, const Ledger& ledger, std::size_t batch) {
  for (const auto& exporter : all_exporters()) {
    if (exporter->target() != target) continue;
    const auto run = exporter->begin(ledger.context);
    std::string out = run->head().value();
    for (std::size_t i = 0; i < ledger.rows.size(); i += batch)
      out += run->rows(std::span(ledger.rows).subspan(i, std::min(batch, ledger.rows.size() - i))).value();
    return out + run->tail().value();
  }
  throw std::runtime_error("no such target");
}

Outcome run_with_file(const std::string& program, const std::string& content) {
  std::string path = "/tmp/meisai-export-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file < 0) throw std::runtime_error("no temporary file");
  ::close(file);
  std::ofstream(path, std::ios::binary) << content;
  std::string command = program;
  for (std::size_t at; (at = command.find("{}")) != std::string::npos;) command.replace(at, 2, path);

  Outcome outcome;
  FILE* pipe = ::popen(("export LC_ALL=C.UTF-8; { " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  std::array<char, 4096> buffer{};
  for (std::size_t size; (size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    outcome.output.append(buffer.data(), size);
  const int status = ::pclose(pipe);
  outcome.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ::unlink(path.c_str());
  return outcome;
}

}  // namespace meisai::test
