// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/vault.h"

#include <algorithm>
#include <array>
#include <utility>

#include "storage/rules/ledger_rules.h"
#include "storage/sqlcipher/schema.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::size_t idle_connections = 2;

}  // namespace

Anchor anchor_of(const VaultHead& head) {
  return {.generation = head.generation, .audit_count = head.chain.count, .audit_head = head.chain.head};
}

tl::unexpected<Error> rolled_back(std::string what) {
  return fail(Code::store_rolled_back, std::move(what),
              "an older copy of the store was put back; put the newest files in their place, and see `meisai doctor`");
}

Lease::Lease(std::shared_ptr<Vault> vault, std::unique_ptr<Database> database) noexcept
    : vault_(std::move(vault)), database_(std::move(database)) {}

Lease::~Lease() {
  if (!database_) return;
  database_->rollback();
  if (!spoiled_) vault_->give_back(std::move(database_));
}

Result<std::shared_ptr<Vault>> Vault::open(VaultPlace place, StoreControl& control) {
  // The anchor first: a commit of another process in between then shows as a vault ahead of it, which is fine.
  MEISAI_ASSIGN(const std::optional<Anchor> anchor, control.anchor());
  std::shared_ptr<Vault> vault(new Vault(std::move(place), control));
  auto database = vault->open_connection();
  if (!database && database.error().code == Code::store_missing)
    return fail(Code::store_damaged, "the ledger's file is gone",
                "put it back from a backup; it is never made anew, so that nothing is lost unnoticed");
  if (!database) return tl::unexpected(std::move(database).error());
  Lease lease(vault, std::move(*database));
  MEISAI_TRY(migrate(*lease, vault_migrations()));
  MEISAI_ASSIGN(vault->vault_tag_, load_meta(*lease, "vault_tag"));
  MEISAI_ASSIGN(std::string secret, load_meta(*lease, "card_secret"));
  vault->card_secret_ = Secret(std::string_view(secret));
  wipe(std::as_writable_bytes(std::span(secret)));
  MEISAI_TRY(vault->check_anchor(*lease, anchor));
  MEISAI_TRY(vault->check_counter_anchor(*lease));
  return vault;
}

Result<void> Vault::check_anchor(Database& database, const std::optional<Anchor>& anchor) {
  MEISAI_ASSIGN(const VaultHead head, load_head(database));
  if (!anchor) {
    if (head.generation != 0) drop_anchor(head);  // a crash between the first commit and its anchor
    return {};
  }
  if (head.generation < anchor->generation)
    return rolled_back("the ledger is at commit " + std::to_string(head.generation) + " of " +
                       std::to_string(anchor->generation));
  if (head.chain.count < anchor->audit_count) return rolled_back("the ledger's audit chain is shorter than it was");
  if (anchor->audit_count != 0) {
    const auto then = audit_hash(database, anchor->audit_count);
    if (!then && then.error().code != Code::not_found) return tl::unexpected(then.error());
    if (!then || *then != anchor->audit_head) return rolled_back("the ledger's audit chain is another one");
  }
  if (head.generation == anchor->generation && head.chain.head != anchor->audit_head)
    return rolled_back("the ledger's audit chain is another one");
  if (head.generation > anchor->generation) drop_anchor(head);
  return {};
}

Result<void> Vault::check_counter_anchor(Database& database) {
  // The note first, control after it: what a commit in between brings is in control already.
  MEISAI_ASSIGN(const VaultHead head, load_head(database));
  MEISAI_ASSIGN(const Facts facts, control_.facts());
  if (facts.epoch < head.control_epoch) return rolled_back("control.db is older than the ledger: it lacks a cutoff");
  if (facts.high_water < head.control_high_water)
    return rolled_back("control.db is older than the ledger: it lacks the clock's latest mark");
  return {};
}

Result<void> Vault::note_control(VaultHead& head) {
  // Both are durable in control before anybody can read them, so a crash never leaves a note ahead of control.
  MEISAI_ASSIGN(const Facts facts, control_.facts());
  head.control_epoch = std::max(head.control_epoch, facts.epoch);
  head.control_high_water = std::max(head.control_high_water, facts.high_water);
  return {};
}

Result<std::unique_ptr<Database>> Vault::open_connection() const {
  MEISAI_ASSIGN(Database database, Database::open(place_.file, place_.key, {.key_is_authentic = true}));
  database.keep_commits_short();
  return std::make_unique<Database>(std::move(database));
}

Result<Lease> Vault::connection() {
  std::unique_ptr<Database> database;
  {
    const std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      database = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!database) {
    MEISAI_ASSIGN(database, open_connection());
  }
  return Lease(shared_from_this(), std::move(database));
}

void Vault::give_back(std::unique_ptr<Database> database) noexcept {
  database->checkpoint_when_long();
  const std::lock_guard guard(mutex_);
  if (idle_.size() < idle_connections) idle_.push_back(std::move(database));
}

Result<void> Vault::record(Database& database, const AuditDraft& audit) {
  MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database));
  MEISAI_ASSIGN(const VaultHead head, advance_head(database, audit));
  MEISAI_TRY(transaction.commit());
  drop_anchor(head);
  return {};
}

Result<VaultHead> Vault::advance_head(Database& database, const AuditDraft& audit) {
  MEISAI_TRY(check_named());
  MEISAI_ASSIGN(VaultHead head, load_head(database));
  MEISAI_TRY(append_audit(database, audit, head.chain));
  ++head.generation;
  MEISAI_TRY(note_control(head));
  MEISAI_TRY(save_head(database, head));
  return head;
}

void Vault::drop_anchor(const VaultHead& head) noexcept {
  // What was committed stays committed: a vault ahead of its anchor is recovered at the next open.
  (void)control_.set_anchor(anchor_of(head));
}

Result<std::filesystem::path> Vault::turn_file(const StagingOwner& owner) const {
  std::filesystem::path path = place_.file;
  if (owner.connection.empty()) return path.replace_extension(".import");
  MEISAI_TRY(ConnectionId::parse(owner.connection.text()));  // it becomes a part of a file's name
  return path.replace_filename("turn-" + owner.connection.text() + ".lock");
}

Result<void> Vault::check_named() const {
  MEISAI_ASSIGN(const std::string name, control_.vault_name());
  if (name == place_.name) return {};
  return fail(Code::store_changed, "the ledger was rewritten after an erasure", "open the store again", Retry::later);
}

Result<void> initialize_vault(Database& database, Entropy& entropy) {
  MEISAI_TRY(migrate(database, vault_migrations()));
  std::array<std::byte, 4> random{};
  MEISAI_TRY(entropy.fill(random));
  std::array<std::byte, 32> secret{};
  MEISAI_TRY(entropy.fill(secret));
  const std::string tag = ledger_rules::vault_tag_from(random);
  MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database));
  MEISAI_TRY(database.prepared("INSERT INTO head VALUES(1,0,1,0,0,?1,0,?2,1)")
                 .bind(1, bytes_of(Digest{}))
                 .bind(2, to_column(Instant{}))
                 .run());
  MEISAI_TRY(save_meta(database, "vault_tag", std::as_bytes(std::span(tag))));
  const auto saved = save_meta(database, "card_secret", secret);
  wipe(secret);
  MEISAI_TRY(saved);
  return transaction.commit();
}

}  // namespace meisai::sqlcipher
