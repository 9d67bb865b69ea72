// SPDX-License-Identifier: Apache-2.0
#include "tests/reading/desk.h"

#include <catch2/catch.hpp>

#include "engine/reading/changes.h"
#include "engine/reading/coverage.h"
#include "engine/reading/statement_detail.h"
#include "engine/reading/status.h"
#include "engine/reading/upcoming.h"

namespace meisai::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Noon in Japan.
Instant noon_of(const std::string& date) { return Instant(std::chrono::sys_days(on(date))) + std::chrono::hours(3); }

}  // namespace

LocalDate on(const std::string& date) { return parse_iso_date(date).value(); }
BillingMonth in(const std::string& month) { return parse_iso_month(month).value(); }

Desk::Desk(const std::string& date)
    : control_(memory::make_control(Mode::personal, true)),
      stores_(must(memory::make_stores(*control_, entropy_))),
      lock_(memory::make_gate_lock()),
      clock_(noon_of(date)),
      gate_(std::make_unique<Gate>(*control_, *lock_, clock_)) {
  today(date);
}

void Desk::today(const std::string& date) {
  around.today = on(date);
  around.now = noon_of(date);
  if (around.now > clock_.wall()) clock_.set_wall(around.now);  // a store's clock never goes back
}

void Desk::write(const std::function<void(LedgerWrite&)>& fill) {
  const auto staging = must(stores_.store->begin_staging({}, std::chrono::seconds(5)));
  const auto window = must(staging->begin_window());
  fill(*window);
  must(window->add_audit(
      {.at = around.now, .actor = "subject", .operation = "import", .object = "test", .result = "done"}));
  must(window->commit(must(gate_->ask<Commit>({}))));
}

std::unique_ptr<LedgerView> Desk::view() {
  return must(stores_.store->read(
      must(gate_->ask<Read>({})),
      {.at = around.now, .actor = "subject", .operation = "read", .object = "test", .result = "done"}));
}

CardKey Desk::card(const std::string& label, const std::string& connection) {
  CardKey key = 0;
  write([&](LedgerWrite& window) {
    key = must(window.put_card({.issuer = issuer, .key_hash = sha256(label), .name = label, .label = label}));
    if (!connection.empty()) must(window.link_card(key, ConnectionId(connection)));
  });
  return key;
}

StatementKey Desk::bill(std::vector<CardKey> cards, const Bill& bill) {
  StatementRow row;
  row.issuer = issuer;
  row.cards = std::move(cards);
  row.anchor = bill.month + bill.closing;
  if (!bill.month.empty()) row.billing_month = in(bill.month);
  if (!bill.due.empty()) row.payment_due_date = on(bill.due);
  if (!bill.closing.empty()) row.closing_date = on(bill.closing);
  row.stated_total_minor = bill.total;
  row.status = bill.status;
  row.components = bill.components;
  StatementKey key = 0;
  write([&](LedgerWrite& window) { key = must(window.put_statement(row)); });
  return key;
}

TransactionKey Desk::use(CardKey card, const Use& use) {
  StoredRow row;
  row.card = card;
  row.day = static_cast<DayKey>(std::chrono::sys_days(on(use.date)).time_since_epoch().count());
  row.fingerprint.bytes[0] = 1;
  row.fingerprint.bytes[15] = 1;
  ++facts_;
  for (unsigned i = 0; i < 4; ++i) row.fingerprint.bytes[4 + i] = static_cast<std::uint8_t>(facts_ >> (24 - 8 * i));
  row.statement = use.statement;
  row.facts.date = {on(use.date), DatePrecision::day};
  row.facts.merchant_raw = row.facts.merchant_normalized = use.merchant;
  row.facts.kind = use.kind;
  row.facts.amount_minor = use.amount;
  row.facts.billed_minor = use.billed;
  if (use.statement != 0 && !use.billed) row.facts.billed_minor = use.amount;
  row.facts.remaining_minor = use.remaining;
  row.facts.plan = use.plan;
  row.facts.status = use.status;
  TransactionKey key = 0;
  write([&](LedgerWrite& window) { key = must(window.insert(row)); });
  return key;
}

void Desk::part(TransactionKey row, StatementKey statement, std::int64_t billed, int index) {
  write([&](LedgerWrite& window) { must(window.put_part({row, statement, billed, index})); });
}

void Desk::known(CardKey card, const std::string& from, const std::string& to, const std::string& channel,
                 const std::string& certainty) {
  write([&](LedgerWrite& window) {
    must(window.put_coverage(
        {.card = card, .from = on(from), .to = on(to), .channel = channel, .certainty = certainty}));
  });
}

void Desk::unlisted(StatementKey statement, std::vector<TransactionKey> rows) {
  write([&](LedgerWrite& window) { must(window.put_unlisted(statement, rows)); });
}

void Desk::rejected(StatementKey statement, const std::string& masked) {
  write([&](LedgerWrite& window) {
    const DocumentKey document = must(window.put_document({.digest = sha256("file"),
                                                           .issuer = issuer,
                                                           .layout = "layout",
                                                           .channel = "file",
                                                           .imported_at = around.now,
                                                           .keep_raw_until = around.now}));
    QuarantineRow row{.document = document, .statement = statement, .masked_text = masked};
    row.rejection = {.row = 7, .code = Code::amount_not_a_number, .message = "no number"};
    must(window.put_quarantine(row));
  });
}

void Desk::arrived(const std::string& connection, const std::string& at) {
  write([&](LedgerWrite& window) {
    must(window.put_document({.digest = sha256(connection + at),
                              .issuer = issuer,
                              .layout = "listing",
                              .channel = "api",
                              .connection = ConnectionId(connection),
                              .imported_at = noon_of(at),
                              .keep_raw_until = noon_of(at)}));
  });
}

void Desk::tell(TransactionKey first, TransactionKey last) {
  write(
      [&](LedgerWrite& window) { must(window.add_change({.kind = ChangeKind::added, .first = first, .last = last})); });
}

Connection& Desk::linked(const std::string& id, const std::string& since, SyncOutcome last, const std::string& looked) {
  Connection connection{.id = ConnectionId(id), .issuer = issuer, .state = ConnectionState::active};
  connection.linked_at = noon_of(since);
  connection.last.outcome = last;
  if (!looked.empty()) connection.last.data_as_of = connection.last.checked_at = noon_of(looked);
  around.connections.push_back(connection);
  return around.connections.back();
}

void Desk::agreed(const std::string& connection, const std::string& from, const std::string& to) {
  Consent consent;
  consent.id = ConsentId("consent-" + std::to_string(around.consents.size()));
  consent.connection = ConnectionId(connection);
  consent.granted_at = noon_of(from);
  consent.ends_at = noon_of(to);
  around.consents.push_back(consent);
}

void Desk::seal(const std::string& connection) {
  const ConnectionId id(connection);
  const ConsentId consent("consent-" + connection);
  const AuditDraft audit{
      .at = around.now, .actor = "subject", .operation = "consent_end", .object = "test", .result = "done"};
  must(control_->add_connection({.id = id, .issuer = issuer, .linked_at = around.now}, audit));
  must(control_->begin_consent(
      id, {.consent = consent, .not_before = around.now, .not_after = around.now + std::chrono::days(9)}, {}, audit));
  must(control_->announce_end(id, consent));
  must(control_->end_consent(id, consent, ConsentEnd::withdrawn, around.now, HeldData::sealed, audit));
}

Upcoming Desk::upcoming() {
  const auto now = view();
  auto reader = must(reading::LedgerReader::make(*now, {}));
  return must(reading::upcoming(reader, *now, around));
}

std::vector<CoverageOfCard> Desk::coverage() {
  const auto now = view();
  const auto reader = must(reading::LedgerReader::make(*now, {}));
  return must(reading::coverage(reader, *now, around));
}

Status Desk::status() {
  const auto now = view();
  auto reader = must(reading::LedgerReader::make(*now, {}));
  return must(reading::status(reader, *now, must(control_->facts()), around));
}

Result<StatementDetail> Desk::statement(StatementKey key) {
  const auto now = view();
  auto reader = must(reading::LedgerReader::make(*now, {}));
  return reading::statement_detail(reader, *now, reader.statement_id(key));
}

Result<ChangeList> Desk::changes(const std::string& cursor, std::size_t limit) {
  const auto now = view();
  const auto reader = must(reading::LedgerReader::make(*now, {}));
  return reading::changes(reader, *now, cursor, limit);
}

std::string Desk::cursor() {
  const auto now = view();
  const auto reader = must(reading::LedgerReader::make(*now, {}));
  return must(reading::change_cursor(reader, *now));
}

StoreHealth Desk::prune() {
  return must(stores_.store->check(
      must(gate_->ask<Maintenance>({})), around.now,
      {.at = around.now, .actor = "subject", .operation = "check", .object = "prune", .result = "done"}));
}

}  // namespace meisai::test
