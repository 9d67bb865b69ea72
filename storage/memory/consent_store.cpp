// SPDX-License-Identifier: Apache-2.0
//
// Consents and tokens in memory, under the mutex of the ledger whose audit chain they share.
#include <algorithm>
#include <utility>

#include "storage/memory/write.h"
#include "storage/rules/consent_rules.h"

namespace meisai::memory {
namespace {

class MemoryConsents final : public ConsentStore {
 public:
  explicit MemoryConsents(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  Result<void> put_consent(const Consent& consent, const AuditDraft& audit) override {
    if (consent.id.empty()) return fail(Code::invalid_argument, "a consent needs an id");
    return change(audit, [&]() -> Result<void> {
      put(consent);
      return {};
    });
  }

  Result<std::vector<Consent>> consents() override {
    const std::lock_guard guard(core_->mutex);
    return core_->consents;
  }

  Result<std::optional<Tokens>> tokens(const ConnectionId& connection) override {
    const std::lock_guard guard(core_->mutex);
    const auto known = core_->tokens.find(connection);
    if (known == core_->tokens.end()) return std::optional<Tokens>();
    return std::optional(known->second.clone());
  }

  Result<void> put_tokens(const Tokens& tokens, std::optional<std::uint64_t> after_intent,
                          const AuditDraft& audit) override {
    if (tokens.connection.empty()) return fail(Code::invalid_argument, "tokens belong to a connection");
    return change(audit, [&]() -> Result<void> {
      const auto now = place(tokens.connection);
      MEISAI_TRY(consent_rules::may_replace(now, after_intent));
      Tokens next = tokens.clone();
      next.generation = (now ? now->generation : 0) + 1;
      next.state = TokenState::active;
      core_->tokens.insert_or_assign(tokens.connection, std::move(next));
      return {};
    });
  }

  Result<bool> intend_refresh(MEISAI_UNSPENT Permit<Authorize> permit, const ConnectionId& connection,
                              std::uint64_t generation, const AuditDraft& audit) override {
    // The gate asks control, never this store: it may be held around the mutex.
    Anchor anchor;
    {
      const std::lock_guard guard(core_->mutex);
      if (!consent_rules::may_refresh(place(connection), generation)) return false;
      MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
      core_->tokens.at(connection).state = TokenState::refresh_intent;
      core_->refresh_begun.insert_or_assign(connection, audit.at);
      anchor = core_->record_locked(audit);
    }
    MEISAI_TRY(core_->control.set_anchor(anchor));
    return true;
  }

  Result<void> set_token_state(const ConnectionId& connection, std::uint64_t generation, TokenState state,
                               const AuditDraft& audit) override {
    return change(audit, [&]() -> Result<void> {
      MEISAI_TRY(consent_rules::may_become(place(connection), generation, state));
      Tokens& tokens = core_->tokens.at(connection);
      tokens.state = state;
      if (state == TokenState::destroyed) {
        tokens.access = {};
        tokens.refresh = {};
      }
      return {};
    });
  }

  Result<void> put_grant(const Consent& consent, const Tokens& tokens, const AuditDraft& audit) override {
    MEISAI_TRY(consent_rules::check_grant(consent, tokens));
    return change(audit, [&]() -> Result<void> {
      put(consent);
      Tokens kept = tokens.clone();
      kept.state = TokenState::revoke_only;
      core_->aside.insert_or_assign({tokens.connection, consent.id}, std::move(kept));
      return {};
    });
  }

  Result<void> adopt(const ConnectionId& connection, const ConsentId& consent, const ConsentId& before,
                     const AuditDraft& audit) override {
    return change(audit, [&]() -> Result<void> {
      const auto found = core_->aside.find({connection, consent});
      if (found == core_->aside.end()) return {};
      Tokens next = std::move(found->second);
      core_->aside.erase(found);
      const auto now = core_->tokens.find(connection);
      next.state = TokenState::active;
      next.generation = 1;
      if (now != core_->tokens.end()) {
        next.generation = now->second.generation + 1;
        now->second.state = now->second.state == TokenState::destroyed ? now->second.state : TokenState::revoke_only;
        if (now->second.state == TokenState::revoke_only && !before.empty())
          core_->aside.insert_or_assign({connection, before}, std::move(now->second));
      }
      core_->tokens.insert_or_assign(connection, std::move(next));
      return {};
    });
  }

  Result<std::vector<TokensAside>> aside() override {
    const std::lock_guard guard(core_->mutex);
    std::vector<TokensAside> found;
    for (const auto& [place, tokens] : core_->aside) found.push_back({place.second, tokens.clone()});
    return found;
  }

  Result<void> drop_aside(const ConnectionId& connection, const ConsentId& consent, const AuditDraft& audit) override {
    return change(audit, [&]() -> Result<void> {
      core_->aside.erase({connection, consent});
      return {};
    });
  }

  Result<void> put_client_key(const IssuerId& issuer, const Secret& pem, const AuditDraft& audit) override {
    if (issuer.empty()) return fail(Code::invalid_argument, "a client key belongs to an issuer");
    return change(audit, [&]() -> Result<void> {
      if (pem.empty())
        core_->client_keys.erase(issuer);
      else
        core_->client_keys.insert_or_assign(issuer, pem.clone());
      return {};
    });
  }

  Result<Secret> client_key(const IssuerId& issuer) override {
    const std::lock_guard guard(core_->mutex);
    const auto known = core_->client_keys.find(issuer);
    return known == core_->client_keys.end() ? Secret() : known->second.clone();
  }

 private:
  void put(const Consent& consent) {
    const auto known = std::ranges::find(core_->consents, consent.id, &Consent::id);
    if (known == core_->consents.end())
      core_->consents.push_back(consent);
    else
      *known = consent;
  }
  std::optional<consent_rules::TokenPlace> place(const ConnectionId& connection) const {
    const auto known = core_->tokens.find(connection);
    if (known == core_->tokens.end()) return std::nullopt;
    return consent_rules::TokenPlace{.generation = known->second.generation, .state = known->second.state};
  }

  template <class Change>
  Result<void> change(const AuditDraft& audit, const Change& what) {
    Anchor anchor;
    {
      const std::lock_guard guard(core_->mutex);
      MEISAI_TRY(what());
      anchor = core_->record_locked(audit);
    }
    return core_->control.set_anchor(anchor);
  }

  std::shared_ptr<Core> core_;
};

}  // namespace

std::unique_ptr<ConsentStore> make_consent_store(std::shared_ptr<Core> core) {
  return std::make_unique<MemoryConsents>(std::move(core));
}

}  // namespace meisai::memory
