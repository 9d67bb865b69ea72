// SPDX-License-Identifier: Apache-2.0
//
// Consents and tokens of the vault. Every change is a commit of its own, flushed before it returns, with its
// audit entry; like every vault commit it notes where control was and tells control where the vault is.
#include <utility>

#include "storage/rules/consent_rules.h"
#include "storage/sqlcipher/consent_codec.h"
#include "storage/sqlcipher/token_table.h"
#include "storage/sqlcipher/values.h"
#include "storage/sqlcipher/vault_home.h"

namespace meisai::sqlcipher {
namespace {

class SqlcipherConsents final : public ConsentStore {
 public:
  explicit SqlcipherConsents(std::shared_ptr<VaultHome> home) : home_(std::move(home)) {}

  Result<void> put_consent(const Consent& consent, const AuditDraft& audit) override {
    if (consent.id.empty()) return fail(Code::invalid_argument, "a consent needs an id");
    return change(audit, [&](Database& database, const VaultPlace&) { return save_consent(database, consent); });
  }

  Result<std::vector<Consent>> consents() override {
    MEISAI_ASSIGN(auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    std::vector<Consent> found;
    Statement& row = lease->prepared("SELECT id,body FROM consent ORDER BY seq");
    const RowScope scope(row);
    for (;;) {
      MEISAI_ASSIGN(const bool more, row.step());
      if (!more) return found;
      MEISAI_ASSIGN(Consent consent, decode_consent(row.text(1)));
      if (consent.id.text() != row.text(0)) return damaged_value("a consent under another's id");
      found.push_back(std::move(consent));
    }
  }

  Result<std::optional<Tokens>> tokens(const ConnectionId& connection) override {
    MEISAI_ASSIGN(auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    return load_tokens(*lease, vault->place(), connection);
  }

  Result<void> put_tokens(const Tokens& tokens, std::optional<std::uint64_t> after_intent,
                          const AuditDraft& audit) override {
    return change(audit, [&](Database& database, const VaultPlace& place) -> Result<void> {
      MEISAI_ASSIGN(const auto now, find_tokens(database, tokens.connection));
      MEISAI_TRY(consent_rules::may_replace(now, after_intent));
      Tokens next = tokens.clone();
      next.generation = (now ? now->generation : 0) + 1;
      next.state = TokenState::active;
      return save_tokens(database, place, next, home_->entropy());
    });
  }

  Result<bool> intend_refresh(MEISAI_UNSPENT Permit<Authorize> permit, const ConnectionId& connection,
                              std::uint64_t generation, const AuditDraft& audit) override {
    MEISAI_ASSIGN(auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    // The write lock first, the gate lock last and only around COMMIT, as everywhere.
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(*lease));
    MEISAI_TRY(vault->check_named());
    MEISAI_ASSIGN(const auto now, find_tokens(*lease, connection));
    if (!consent_rules::may_refresh(now, generation)) return false;
    MEISAI_TRY(save_token_state(*lease, connection, TokenState::refresh_intent));
    MEISAI_ASSIGN(const VaultHead head, vault->advance_head(*lease, audit));
    {
      MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
      MEISAI_TRY(transaction.commit());
    }
    vault->drop_anchor(head);
    return true;
  }

  Result<void> set_token_state(const ConnectionId& connection, std::uint64_t generation, TokenState state,
                               const AuditDraft& audit) override {
    return change(audit, [&](Database& database, const VaultPlace&) -> Result<void> {
      MEISAI_ASSIGN(const auto now, find_tokens(database, connection));
      MEISAI_TRY(consent_rules::may_become(now, generation, state));
      return save_token_state(database, connection, state);
    });
  }

  Result<void> put_grant(const Consent& consent, const Tokens& tokens, const AuditDraft& audit) override {
    MEISAI_TRY(consent_rules::check_grant(consent, tokens));
    return change(audit, [&](Database& database, const VaultPlace& place) -> Result<void> {
      MEISAI_TRY(save_consent(database, consent));
      Tokens kept = tokens.clone();
      kept.connection = place_aside(tokens.connection, consent.id);
      kept.state = TokenState::revoke_only;
      return save_tokens(database, place, kept, home_->entropy());
    });
  }

  Result<void> adopt(const ConnectionId& connection, const ConsentId& consent, const ConsentId& before,
                     const AuditDraft& audit) override {
    return change(audit, [&](Database& database, const VaultPlace& place) -> Result<void> {
      const ConnectionId from = place_aside(connection, consent);
      MEISAI_ASSIGN(auto next, load_tokens(database, place, from));
      if (!next) return {};
      MEISAI_ASSIGN(auto now, load_tokens(database, place, connection));
      next->connection = connection;
      next->state = TokenState::active;
      next->generation = (now ? now->generation : 0) + 1;
      if (now && now->state != TokenState::destroyed && !before.empty()) {
        now->connection = place_aside(connection, before);
        now->state = TokenState::revoke_only;
        MEISAI_TRY(save_tokens(database, place, *now, home_->entropy()));
      }
      MEISAI_TRY(remove_tokens(database, from));
      return save_tokens(database, place, *next, home_->entropy());
    });
  }

  Result<std::vector<TokensAside>> aside() override {
    MEISAI_ASSIGN(auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    return load_aside(*lease, vault->place());
  }

  Result<void> drop_aside(const ConnectionId& connection, const ConsentId& consent, const AuditDraft& audit) override {
    return change(audit, [&](Database& database, const VaultPlace&) {
      return remove_tokens(database, place_aside(connection, consent));
    });
  }

  Result<void> put_client_key(const IssuerId& issuer, const Secret& pem, const AuditDraft& audit) override {
    return change(audit, [&](Database& database, const VaultPlace& place) {
      return save_client_key(database, place, issuer, pem, home_->entropy());
    });
  }

  Result<Secret> client_key(const IssuerId& issuer) override {
    MEISAI_ASSIGN(auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    return load_client_key(*lease, vault->place(), issuer);
  }

 private:
  static Result<void> save_consent(Database& database, const Consent& consent) {
    MEISAI_ASSIGN(const std::string body, encode_consent(consent));
    MEISAI_TRY(
        database.prepared("UPDATE consent SET body=?2 WHERE id=?1").bind(1, consent.id.text()).bind(2, body).run());
    if (database.changes() != 0) return {};
    return database.prepared("INSERT INTO consent(id,body) VALUES(?1,?2)")
        .bind(1, consent.id.text())
        .bind(2, body)
        .run();
  }

  template <class Change>
  Result<void> change(const AuditDraft& audit, const Change& what) {
    MEISAI_ASSIGN(auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(*lease));
    MEISAI_TRY(vault->check_named());
    MEISAI_TRY(what(*lease, vault->place()));
    MEISAI_ASSIGN(const VaultHead head, vault->advance_head(*lease, audit));
    MEISAI_TRY(transaction.commit());
    vault->drop_anchor(head);
    return {};
  }

  std::shared_ptr<VaultHome> home_;
};

}  // namespace

std::unique_ptr<ConsentStore> make_consent_store(std::shared_ptr<VaultHome> home) {
  return std::make_unique<SqlcipherConsents>(std::move(home));
}

}  // namespace meisai::sqlcipher
