// SPDX-License-Identifier: Apache-2.0
//
// Control, consents and ledger that die together at a chosen write, as a process does that is killed: that write and
// whatever comes after it fails, until somebody starts again. What was written before stays.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "meisai/ports/consent_store.h"
#include "meisai/ports/control.h"
#include "meisai/ports/store.h"

namespace meisai::test {

class Breaker {
 public:
  /// Dies at the write with this number, from 1.
  void arm(int write) {
    left_ = write;
    dead_ = false;
  }
  /// Starts again, and does not die any more.
  void revive() {
    left_.reset();
    dead_ = false;
  }
  [[nodiscard]] bool died() const noexcept { return dead_; }

  [[nodiscard]] Result<void> write() {
    if (left_ && --*left_ <= 0) dead_ = true;
    return read();
  }
  [[nodiscard]] Result<void> read() const {
    if (dead_) return fail(Code::io_error, "the process was killed");
    return {};
  }

 private:
  std::optional<int> left_;
  bool dead_ = false;
};

class BreakingControl final : public Control {
 public:
  BreakingControl(Breaker& breaker, std::unique_ptr<Control> inner) : breaker_(breaker), inner_(std::move(inner)) {}

  Result<Facts> facts() override {
    return read([&] { return inner_->facts(); });
  }
  Result<Facts> facts_about(const ConnectionId& id) override {
    return read([&] { return inner_->facts_about(id); });
  }
  Result<void> raise_high_water(Instant at) override { return inner_->raise_high_water(at); }
  Result<void> announce(const Incident& incident) override {
    return write([&] { return inner_->announce(incident); });
  }
  Result<Incident> open_incident(const IncidentId& id, const AuditDraft& audit) override {
    return write([&] { return inner_->open_incident(id, audit); });
  }
  Result<Incident> lift_incident(const IncidentId& id, Instant at, const std::string& reason,
                                 const AuditDraft& audit) override {
    return write([&] { return inner_->lift_incident(id, at, reason, audit); });
  }
  Result<std::vector<Connection>> connections() override {
    return read([&] { return inner_->connections(); });
  }
  Result<void> add_connection(const Connection& connection, const AuditDraft& audit) override {
    return write([&] { return inner_->add_connection(connection, audit); });
  }
  Result<bool> set_connection_state(const ConnectionId& id, const ConsentId& consent, ConnectionState state,
                                    const AuditDraft& audit) override {
    return write([&] { return inner_->set_connection_state(id, consent, state, audit); });
  }
  Result<void> note_outcome(const ConnectionId& id, const ConnectionOutcome& outcome) override {
    return write([&] { return inner_->note_outcome(id, outcome); });
  }
  Result<void> begin_consent(const ConnectionId& id, const ConsentTerm& term, const ConsentId& replaces,
                             const AuditDraft& audit) override {
    return write([&] { return inner_->begin_consent(id, term, replaces, audit); });
  }
  Result<void> announce_end(const ConnectionId& id, const ConsentId& consent) override {
    return write([&] { return inner_->announce_end(id, consent); });
  }
  Result<void> end_consent(const ConnectionId& id, const ConsentId& consent, ConsentEnd end, Instant at, HeldData held,
                           const AuditDraft& audit) override {
    return write([&] { return inner_->end_consent(id, consent, end, at, held, audit); });
  }
  Result<bool> set_revocation(const ConnectionId& id, const ConsentId& consent, Revocation revocation,
                              const AuditDraft& audit) override {
    return write([&] { return inner_->set_revocation(id, consent, revocation, audit); });
  }
  Result<void> note_erased(const ConnectionId& id, const ConsentId& consent, const AuditDraft& audit) override {
    return write([&] { return inner_->note_erased(id, consent, audit); });
  }
  Result<void> put_registration(const Registration& registration, const AuditDraft& audit) override {
    return write([&] { return inner_->put_registration(registration, audit); });
  }
  Result<std::vector<Registration>> registrations() override { return inner_->registrations(); }
  Result<std::optional<Instant>> trusted_time() override {
    return read([&] { return inner_->trusted_time(); });
  }
  Result<void> note_trusted_time(Instant at) override { return inner_->note_trusted_time(at); }
  Result<std::optional<Anchor>> anchor() override { return inner_->anchor(); }
  Result<void> set_anchor(const Anchor& anchor) override { return inner_->set_anchor(anchor); }
  Result<void> record(const AuditDraft& audit) override { return inner_->record(audit); }
  Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) override { return inner_->audit(visit); }

  /// What is really kept, whoever died.
  [[nodiscard]] Control& inner() noexcept { return *inner_; }

 private:
  template <class Call>
  auto write(const Call& call) -> decltype(call()) {
    MEISAI_TRY(breaker_.write());
    return call();
  }
  template <class Call>
  auto read(const Call& call) -> decltype(call()) {
    MEISAI_TRY(breaker_.read());
    return call();
  }

  Breaker& breaker_;
  std::unique_ptr<Control> inner_;
};

class BreakingConsents final : public ConsentStore {
 public:
  BreakingConsents(Breaker& breaker, ConsentStore& inner) : breaker_(breaker), inner_(inner) {}

  Result<void> put_consent(const Consent& consent, const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.put_consent(consent, audit);
  }
  Result<std::vector<Consent>> consents() override {
    MEISAI_TRY(breaker_.read());
    return inner_.consents();
  }
  Result<std::optional<Tokens>> tokens(const ConnectionId& connection) override {
    MEISAI_TRY(breaker_.read());
    return inner_.tokens(connection);
  }
  Result<void> put_tokens(const Tokens& tokens, std::optional<std::uint64_t> after_intent,
                          const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.put_tokens(tokens, after_intent, audit);
  }
  Result<bool> intend_refresh(MEISAI_UNSPENT Permit<Authorize> permit, const ConnectionId& connection,
                              std::uint64_t generation, const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.intend_refresh(std::move(permit), connection, generation, audit);
  }
  Result<void> set_token_state(const ConnectionId& connection, std::uint64_t generation, TokenState state,
                               const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.set_token_state(connection, generation, state, audit);
  }
  Result<void> put_grant(const Consent& consent, const Tokens& tokens, const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.put_grant(consent, tokens, audit);
  }
  Result<void> adopt(const ConnectionId& connection, const ConsentId& consent, const ConsentId& before,
                     const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.adopt(connection, consent, before, audit);
  }
  Result<std::vector<TokensAside>> aside() override {
    MEISAI_TRY(breaker_.read());
    return inner_.aside();
  }
  Result<void> drop_aside(const ConnectionId& connection, const ConsentId& consent, const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.drop_aside(connection, consent, audit);
  }
  Result<void> put_client_key(const IssuerId& issuer, const Secret& pem, const AuditDraft& audit) override {
    MEISAI_TRY(breaker_.write());
    return inner_.put_client_key(issuer, pem, audit);
  }
  Result<Secret> client_key(const IssuerId& issuer) override { return inner_.client_key(issuer); }

 private:
  Breaker& breaker_;
  ConsentStore& inner_;
};

class BreakingStore final : public Store {
 public:
  BreakingStore(Breaker& breaker, Store& inner) : breaker_(breaker), inner_(inner) {}

  Result<std::unique_ptr<Staging>> begin_staging(const StagingOwner& owner, std::chrono::milliseconds wait) override {
    return inner_.begin_staging(owner, wait);
  }
  Result<Digest> card_hash(std::string_view domain, const Secret& key_text) override {
    return inner_.card_hash(domain, key_text);
  }
  Result<std::unique_ptr<LedgerView>> read(MEISAI_UNSPENT Permit<Read> permit, const AuditDraft& audit) override {
    return inner_.read(std::move(permit), audit);
  }
  Result<std::unique_ptr<ReleaseView>> release(MEISAI_UNSPENT Permit<Release> permit,
                                               const AuditDraft& audit) override {
    return inner_.release(std::move(permit), audit);
  }
  Result<void> record(const AuditDraft& audit) override { return inner_.record(audit); }
  Result<void> erase(MEISAI_UNSPENT Permit<Maintenance> permit, const ConnectionId& connection,
                     const ConsentId& consent, const AuditDraft& audit) override {
    if (at_erase) std::exchange(at_erase, {})();
    MEISAI_TRY(breaker_.write());
    return inner_.erase(std::move(permit), connection, consent, audit);
  }
  Result<StoreHealth> check(MEISAI_UNSPENT Permit<Maintenance> permit, std::optional<Instant> prune_before,
                            const AuditDraft& audit) override {
    return inner_.check(std::move(permit), prune_before, audit);
  }

  std::function<void()> at_erase;  ///< happens once, just before an erasure

 private:
  Breaker& breaker_;
  Store& inner_;
};

}  // namespace meisai::test
