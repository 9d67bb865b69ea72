// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/desk.h"

#include <algorithm>

namespace meisai::oracle {
namespace {

test::ApiLine line_of_api(const Row& row) {
  return {.id = row.id,
          .date = iso_day(row.day),
          .merchant = row.shop,
          .amount = std::to_string(std::abs(row.yen)),
          .pending = row.pending,
          .was_pending_as = row.was_pending_as,
          .direction = row.yen < 0 ? "Credit" : "Debit"};
}

}  // namespace

Desk::Desk(test::World& world, const Truth& truth, const std::string& connection)
    : world_(world), truth_(truth), connection_(connection) {
  issuer_.more_cards = {"card two"};
  issuer_.known.transaction_id_is_stable = truth.habits.stable_ids;
  issuer_.known.limits.pending_term = std::chrono::days(pending_term);
  world_.connect(connection_.text(), issuer_.known.id.text());
}

void Desk::play(const Visit& visit, Prediction& prediction) {
  today_ = visit.day;
  world_.clock().set_wall(noon_of(today_));
  issuer_.script = script_of(visit.look);
  const std::size_t whole_answers = break_off(visit.look);
  const ConnectionReport report = this->look();
  hold(report.rejected_count == 0, "a row was rejected");
  if (holds_pass_ && report.reason && report.reason->code == Code::statement_contradicted) return;
  if (visit.look.breaks == Break::none && report.reason)
    throw Mismatch("a look failed: " + std::string(name_of(report.reason->code)) + ": " + report.reason->what);
  std::size_t ended = 0;
  for (const Document& document : visit.look.documents) {
    const std::size_t pages = pages_of(document).size();
    ended += pages;
    if (pages != 0 && ended <= whole_answers) prediction.saw(document, today_);
  }
  reading_.check_order();
}

std::size_t Desk::break_off(const Look& look) {
  const std::size_t answers = issuer_.script.size();
  if (look.breaks == Break::none || answers == 0) return answers;
  const std::size_t whole = static_cast<std::size_t>(look.breaks_at) % answers;
  test::Exchange& broken = issuer_.script[whole];
  if (look.breaks == Break::issuer_fails) {
    broken.refuses = Error{.code = Code::issuer_failed, .what = "broken off"};
  } else {
    broken.on_accept = [this] {
      const IncidentId id("IN" + std::to_string(++cutoffs_));
      must(gate_.cut_off(world_.control(), {.id = id, .reason = "test"}, "subject"));
      must(gate_.lift(world_.control(), id, "over", "subject"));
    };
  }
  return whole;
}

test::Script Desk::script_of(const Look& look) const {
  test::Script script;
  for (const Document& document : look.documents) std::ranges::move(pages_of(document), std::back_inserter(script));
  return script;
}

/// One answer a page; the last one ends the document.
test::Script Desk::pages_of(const Document& document) const {
  std::vector<Row> rows;
  test::ApiDocument whole{.card = static_cast<std::uint32_t>(document.card)};
  if (document.is_bill) {
    const auto bill = bill_on(truth_, document.card, document.bill, today_);
    if (!bill) return {};
    rows = bill->rows;
    whole.statement = bill->reference();
    whole.status = bill->closed ? "closed" : "open";
    if (bill->closed) whole.total = std::to_string(bill->total);
    whole.closing_date = iso_day(closing_day(bill->index));
  } else {
    const Day from = std::max(0, today_ - document.back);
    for (Row& row : rows_on(truth_, today_))
      if (row.card == document.card && !row.hidden && row.day >= from) rows.push_back(std::move(row));
    whole.from = iso_day(from);
    whole.to = iso_day(today_);
  }
  if (document.reversed) std::ranges::reverse(rows);

  test::Script script;
  const std::size_t pages = std::min<std::size_t>(static_cast<std::size_t>(document.pages), rows.size() + 1);
  for (std::size_t page = 0; page < pages; ++page) {
    std::vector<test::ApiLine> lines;
    std::size_t from = rows.size() * page / pages;
    if (document.overlaps && truth_.habits.stable_ids && from > 0) --from;
    for (std::size_t i = from; i < rows.size() * (page + 1) / pages; ++i) lines.push_back(line_of_api(rows[i]));
    test::Exchange exchange{.url = "https://localhost/transactions", .card = whole.card};
    if (page + 1 < pages) {
      exchange.lines = std::move(lines);
    } else {
      whole.lines = std::move(lines);
      exchange.documents = {whole};
    }
    script.push_back(std::move(exchange));
  }
  return script;
}

ConnectionReport Desk::look() {
  std::vector<sync::Subject> subjects;
  for (const Connection& each : must(world_.control().connections()))
    if (each.id == connection_) subjects.push_back({each, &issuer_});
  const sync::AccessToken token = [](const Connection&, bool) -> Result<Secret> {
    return Secret(std::string_view("token"));
  };
  auto outcomes = must(sync::sync_linked({gate_, world_.store(), *normalizer_, world_.control(), entropy_, transport_},
                                         std::move(subjects), {}, token));
  hold(outcomes.size() == 1, "one connection has one outcome");
  return std::move(outcomes.front().report);
}

void Desk::look_again(const Look& look) {
  const std::uint64_t before = must(reading_.view()->last_position());
  issuer_.script = script_of(look);
  hold(this->look().outcome == SyncOutcome::unchanged, "the same look again says something new");
  hold(must(reading_.view()->last_position()) == before, "the same look again is a change");
}

}  // namespace meisai::oracle
