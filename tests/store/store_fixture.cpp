// SPDX-License-Identifier: Apache-2.0
#include "tests/store/store_fixture.h"

#include <cstdlib>

#include "storage/keys/key_providers.h"
#include "storage/memory/memory.h"
#include "storage/rules/ledger_rules.h"

namespace meisai::test {

LocalDate day(int year, unsigned month, unsigned day_of_month) {
  return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(day_of_month)};
}

Instant noon() { return std::chrono::sys_days(day(2026, 10, 20)) + std::chrono::hours(12); }

AuditDraft entry(std::string operation) {
  return {.at = noon(), .actor = "subject", .operation = std::move(operation), .object = "test", .result = "done"};
}

Fingerprint print(std::uint32_t facts, std::uint32_t occurrence) {
  Fingerprint made;
  made.bytes[0] = 1;
  for (unsigned i = 0; i < 4; ++i) {
    made.bytes[4 + i] = static_cast<std::uint8_t>(facts >> (24 - 8 * i));
    made.bytes[12 + i] = static_cast<std::uint8_t>(occurrence >> (24 - 8 * i));
  }
  return made;
}

StoredRow row(CardKey card, LocalDate date, std::uint32_t facts, std::int64_t amount) {
  StoredRow made;
  made.card = card;
  made.day = ledger_rules::day_of(date);
  made.fingerprint = print(facts);
  made.row = facts;
  made.facts.date = {date, DatePrecision::day};
  made.facts.merchant_raw = "ｾﾌﾞﾝｲﾚﾌﾞﾝ " + std::to_string(facts);
  made.facts.merchant_normalized = "セブンイレブン " + std::to_string(facts);
  made.facts.amount_minor = amount;
  return made;
}

StoredRow undated_row(CardKey card, StatementKey statement, std::uint32_t facts, std::int64_t amount) {
  StoredRow made = row(card, day(2026, 1, 1), facts, amount);
  made.day = statement == 0 ? undated_without_statement : static_cast<DayKey>(-statement);
  made.statement = statement;
  made.facts.date = {std::nullopt, DatePrecision::none};
  return made;
}

CardRow card_of(const std::string& issuer, const std::string& name) {
  CardRow card;
  card.issuer = IssuerId(issuer);
  card.key_hash = sha256(issuer + name);
  card.name = name;
  card.label = name;
  return card;
}

StatementRow sample_statement() {
  StatementRow statement;
  statement.issuer = IssuerId("jcb_card");
  statement.account_label = "mine";
  statement.anchor = "2026-10";
  statement.billing_month = BillingMonth(std::chrono::year(2026), std::chrono::October);
  statement.billing_month_source = "file_name";
  statement.closing_date = day(2026, 9, 15);
  statement.payment_due_date = day(2026, 10, 13);
  statement.status = StatementStatus::revised;
  statement.stated_total_minor = 12345;
  statement.subtotals = {{.label = "小計", .card_label = "本人", .stated_minor = 5, .region = Region::overseas},
                         {.label = "合計", .stated_minor = 12345}};
  statement.components = {{.kind = ComponentKind::carried_over, .label = "弁済金", .amount_minor = -7}};
  statement.computed_total_minor = 12000;
  statement.balanced = false;
  statement.transaction_count = 3;
  statement.held_count = 2;
  return statement;
}

std::unique_ptr<LedgerView> World::view(PermitScope scope) {
  return must(store().read(permit<Read>(std::move(scope)), entry("transactions")));
}

std::unique_ptr<ReleaseView> World::release(PermitScope scope) {
  return must(store().release(permit<Release>(std::move(scope)), entry("export")));
}

void World::write(const std::function<void(LedgerWrite&)>& fill, PermitScope scope) {
  const auto staging = must(store().begin_staging({}, std::chrono::seconds(5)));
  const auto window = must(staging->begin_window());
  fill(*window);
  must(window->add_audit(entry()));
  must(window->commit(permit<Commit>(std::move(scope))));
}

void World::write_of(const std::string& connection, const std::function<void(LedgerWrite&)>& fill) {
  const auto staging = must(store().begin_staging({ConnectionId(connection)}, std::chrono::seconds(5)));
  const auto window = must(staging->begin_window());
  fill(*window);
  must(window->add_audit(entry("sync")));
  must(window->commit(permit<Commit>()));
}

void World::connect(const std::string& id, const std::string& issuer) {
  must(control().add_connection({.id = ConnectionId(id), .issuer = IssuerId(issuer), .linked_at = clock().wall()},
                                entry("link")));
  must(control().begin_consent(ConnectionId(id),
                               {.consent = ConsentId("consent-" + id),
                                .not_before = clock().wall(),
                                .not_after = clock().wall() + std::chrono::hours(24 * 365)},
                               {}, entry("link")));
}

void World::end_consent(const std::string& id, HeldData held) {
  must(control().announce_end(ConnectionId(id), ConsentId("consent-" + id)));
  must(control().end_consent(ConnectionId(id), ConsentId("consent-" + id), ConsentEnd::withdrawn, clock().wall(), held,
                             entry("consent_end")));
}

CardKey World::card(const std::string& issuer) {
  CardKey key = 0;
  write([&](LedgerWrite& window) { key = must(window.put_card(card_of(issuer))); });
  return key;
}

std::vector<StoredRow> World::rows(const TransactionQuery& query) {
  std::vector<StoredRow> found;
  must(view()->transactions(query, [&](const StoredRow& row) { return found.push_back(row), true; }));
  return found;
}

std::vector<std::string> World::findings() {
  return must(store().check(permit<Maintenance>(), std::nullopt, entry("doctor"))).findings;
}

void World::cut_off() {
  must(gate().cut_off(control(), {.id = IncidentId("i1"), .degree = CutoffDegree::suspend, .reason = "test"},
                      "operator"));
}

MemoryWorld::MemoryWorld() : owned_control_(memory::make_control()), owned_lock_(memory::make_gate_lock()) {
  control_ = owned_control_.get();
  lock_ = owned_lock_.get();
  SeededEntropy entropy{7};
  memory::Stores stores = must(memory::make_stores(*control_, entropy));
  store_ = std::move(stores.store);
  consents_ = std::move(stores.consents);
  gate_ = std::make_unique<Gate>(*control_, *lock_, clock_);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "meisai-store-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

FolderWorld::FolderWorld() {
  const auto keys = provider();
  must(sqlcipher::create_store_folder(folder(), {.key_ring = key_ring(), .now = noon()}, *keys, entropy_));
  open();
}

FolderWorld::~FolderWorld() { close(); }

std::unique_ptr<KeyProvider> FolderWorld::provider(char fill) const {
  return std::make_unique<keys::RawKeyProvider>(Secret(std::string_view(std::string(32, fill))));
}

void FolderWorld::close() {
  store_.reset();
  consents_.reset();
  gate_.reset();
  folder_.reset();
  control_ = nullptr;
  lock_ = nullptr;
}

Result<void> FolderWorld::try_open() {
  close();
  const auto keys = provider();
  MEISAI_ASSIGN(folder_, sqlcipher::StoreFolder::open(folder(), *keys));
  control_ = &folder_->control();
  lock_ = &folder_->gate_lock();
  gate_ = std::make_unique<Gate>(*control_, *lock_, clock_);
  MEISAI_ASSIGN(store_, folder_->open_vault());
  consents_ = folder_->consents();
  return {};
}

std::filesystem::path FolderWorld::vault_file() const { return folder() / "vaults" / (vault_name() + ".db"); }

std::string FolderWorld::vault_name() const {
  auto control = raw_control();
  auto& row = control.prepared("SELECT value FROM setting WHERE name='vault'");
  REQUIRE(must(row.step()));
  return std::string(row.text(0));
}

keys::OpenRing FolderWorld::ring() const {
  const auto keys = provider();
  std::string id;
  if (folder_) {
    id = folder_->settings().store_id;
  } else {
    const auto opened = must(sqlcipher::StoreFolder::open(folder(), *keys));
    id = opened->settings().store_id;
  }
  return must(keys::KeyRing::open_store(key_ring(), id, *keys));
}

Secret FolderWorld::key(const std::string& name) const { return must(ring().database_key(name)); }
std::vector<std::string> FolderWorld::key_names() const { return must(ring().database_names()); }

sqlcipher::Database FolderWorld::raw_vault() const {
  const std::string name = vault_name();
  return must(sqlcipher::Database::open(folder() / "vaults" / (name + ".db"), key("vault:" + name)));
}

sqlcipher::Database FolderWorld::raw_control() const {
  return must(sqlcipher::Database::open(folder() / "control.db", key("control")));
}

}  // namespace meisai::test
