// SPDX-License-Identifier: Apache-2.0
//
// The memory store's doors. One mutex guards which state is the committed one; a window in progress
// changes it in place under that mutex and hands its undo log to whoever opens a view meanwhile.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "meisai/raw_page.h"
#include "storage/memory/ledger_state.h"
#include "storage/memory/memory.h"
#include "storage/memory/view.h"
#include "storage/memory/write.h"
#include "storage/rules/consent_rules.h"
#include "storage/rules/ledger_rules.h"

namespace meisai::memory {

std::shared_ptr<const LedgerState> Core::snapshot() {
  const std::lock_guard guard(mutex);
  if (writer == nullptr) {
    state_is_shared = true;
    return state;
  }
  auto copy = std::make_shared<LedgerState>(*state);
  writer->undo(*copy);
  return copy;
}

Result<void> Core::record(const AuditDraft& audit) {
  Anchor anchor;
  {
    const std::lock_guard guard(mutex);
    anchor = record_locked(audit);
  }
  return control.set_anchor(anchor);
}

Anchor Core::record_locked(const AuditDraft& audit) {
  own_state();
  state->append_audit(audit);
  ++state->generation;
  return anchor_of(*state);
}

void Core::own_state() {
  if (!state_is_shared) return;
  state = std::make_shared<LedgerState>(*state);
  state_is_shared = false;
}

Anchor Core::anchor_of(const LedgerState& ledger) {
  return {.generation = ledger.generation,
          .audit_count = ledger.audit.size(),
          .audit_head = ledger.audit.empty() ? Digest{} : ledger.audit.back().hash};
}

namespace {

/// Holds an owner's turn from begin_staging to its end.
class MemoryStaging final : public Staging {
 public:
  MemoryStaging(std::shared_ptr<Core> core, ConnectionId owner) : core_(std::move(core)), owner_(std::move(owner)) {}
  MemoryStaging(const MemoryStaging&) = delete;
  MemoryStaging& operator=(const MemoryStaging&) = delete;
  ~MemoryStaging() override {
    const std::lock_guard guard(core_->mutex);
    core_->turns.erase(owner_);
    core_->changed.notify_all();
  }

  Result<void> put(std::string_view encoded_page) override {
    stored_ = false;
    pages_->push_back(std::make_shared<const std::string>(encoded_page));
    return {};
  }
  std::size_t page_count() const override { return pages_->size(); }
  Result<std::string> page(std::size_t index) override {
    if (index >= pages_->size()) return fail(Code::not_found, "no such staged page");
    return *(*pages_)[index];
  }
  Result<void> next_document() override {
    // A window that still refers to the pages keeps its own list of them.
    if (pages_.use_count() > 1) return fail(Code::internal_bug, "the document's window is still open");
    pages_->clear();
    stored_ = false;
    return {};
  }
  Result<DocumentRow> open_stored(DocumentKey key) override {
    const bool window_is_open = pages_.use_count() > 1;
    if (window_is_open && !pages_->empty() && !stored_)
      return fail(Code::internal_bug, "the window is at work on another document");
    if (!window_is_open) return open_in(*core_->snapshot(), key);
    const std::lock_guard guard(core_->mutex);
    return open_in(*core_->state, key);
  }
  Result<std::unique_ptr<LedgerWrite>> begin_window() override {
    if (pages_.use_count() > 1) return fail(Code::internal_bug, "a window is open already");
    return begin_write(core_, pages_);
  }

 private:
  Result<DocumentRow> open_in(const LedgerState& state, DocumentKey key) {
    const auto document = state.documents.find(key);
    if (document == state.documents.end()) return fail(Code::not_found, "no such document");
    const auto pages = state.pages.find(key);
    if (pages == state.pages.end()) return fail(Code::not_found, "the document's raw records are gone");
    pages_ = std::make_shared<PageList>(pages->second);  // a window that is open keeps the list that it has
    stored_ = true;
    return document->second;
  }

  std::shared_ptr<Core> core_;
  ConnectionId owner_;
  std::shared_ptr<PageList> pages_ = std::make_shared<PageList>();
  bool stored_ = false;  // they are a stored document's
};

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  Result<std::unique_ptr<Staging>> begin_staging(const StagingOwner& owner, std::chrono::milliseconds wait) override {
    const ConnectionId& connection = owner.connection;
    if (!connection.empty()) MEISAI_TRY(ConnectionId::parse(connection.text()));
    std::unique_lock lock(core_->mutex);
    if (!core_->changed.wait_for(lock, wait, [&] { return !core_->turns.contains(connection); }))
      return fail(Code::store_busy,
                  connection.empty() ? "another import is running" : "another sync of this connection is running",
                  "wait until it has ended, then try again", Retry::later);
    core_->turns.insert(connection);
    return std::make_unique<MemoryStaging>(core_, connection);
  }

  Result<Digest> card_hash(std::string_view domain, const Secret& key_text) override {
    return ledger_rules::keyed_digest(core_->card_secret, domain, key_text);
  }

  Result<std::unique_ptr<LedgerView>> read(MEISAI_UNSPENT Permit<Read> permit, const AuditDraft& audit) override {
    return open_view<LedgerView>(std::move(permit), audit);
  }

  Result<std::unique_ptr<ReleaseView>> release(MEISAI_UNSPENT Permit<Release> permit,
                                               const AuditDraft& audit) override {
    return open_view<ReleaseView>(std::move(permit), audit);
  }

  Result<void> record(const AuditDraft& audit) override { return core_->record(audit); }

  Result<void> erase(MEISAI_UNSPENT Permit<Maintenance> permit, const ConnectionId& connection,
                     const ConsentId& consent, const AuditDraft& audit) override {
    MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
    Anchor anchor;
    {
      const std::lock_guard guard(core_->mutex);
      if (core_->writer != nullptr)
        return fail(Code::store_busy, "a window is being written", "try again", Retry::later);
      LedgerState survivors = *core_->state;
      MEISAI_TRY(survivors.take_away(connection, audit.at));
      for (const auto& [other, tokens] : core_->tokens)
        if (other != connection && tokens.state == TokenState::refresh_intent)
          MEISAI_TRY(consent_rules::is_refresh_over(core_->refresh_begun[other], audit.at));
      MEISAI_TRY(core_->control.note_erased(connection, consent, audit));
      core_->state = std::make_shared<LedgerState>(std::move(survivors));
      core_->state_is_shared = false;
      const auto tokens = core_->tokens.find(connection);
      // What is still to be given back to the issuer is needed for that, and for nothing else.
      if (tokens != core_->tokens.end() && tokens->second.state != TokenState::revoke_only) {
        tokens->second.state = TokenState::destroyed;
        tokens->second.access = {};
        tokens->second.refresh = {};
      }
      anchor = core_->record_locked(audit);
    }
    return core_->control.set_anchor(anchor);
  }

  Result<StoreHealth> check(MEISAI_UNSPENT Permit<Maintenance> permit, std::optional<Instant> prune_before,
                            const AuditDraft& audit) override {
    StoreHealth health;
    {
      MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
      if (prune_before) {
        MEISAI_TRY(prune(*prune_before, health));
      }
      MEISAI_TRY(core_->record(audit));
    }
    const auto state = core_->snapshot();
    MEISAI_TRY(check_months(*state, health));
    check_chain(*state, health);
    for (const auto& [document, pages] : state->pages)
      for (const auto& page : pages)
        if (!RawPage::decode(*page)) health.findings.emplace_back("a raw page cannot be read");
    return health;
  }

 private:
  template <class View, class P>
  Result<std::unique_ptr<View>> open_view(MEISAI_UNSPENT Permit<P> permit, const AuditDraft& audit) {
    IssuerId scope = permit.scope().issuer;
    MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
    MEISAI_TRY(core_->record(audit));
    return std::unique_ptr<View>(make_view(core_->snapshot(), core_->vault_tag, std::move(scope), admission.sealed()));
  }

  Result<void> prune(Instant before, StoreHealth& health) {
    const std::lock_guard guard(core_->mutex);
    if (core_->writer != nullptr) return fail(Code::store_busy, "a window is being written", "try again", Retry::later);
    core_->own_state();
    std::erase_if(core_->state->pages, [&](const auto& entry) {
      const DocumentRow& document = core_->state->documents.at(entry.first);
      if (document.keep_raw_until >= before || document.state == DocumentState::held) return false;
      health.raw_pages_pruned += entry.second.size();
      return true;
    });
    health.changes_pruned = core_->state->prune_changes(before - change_retention);
    return {};
  }

  static Result<void> check_months(const LedgerState& state, StoreHealth& health) {
    std::map<std::tuple<CardKey, BillingMonth, std::string>, MonthTotal> counted;
    for (const auto& [key, row] : state.rows)
      if (const auto month = ledger_rules::counted_month(row))
        MEISAI_TRY(ledger_rules::add_to_month(counted[{row.card, *month, std::string(row.facts.currency.code())}],
                                              row.facts.amount_minor, 1, +1));
    std::set<std::tuple<CardKey, BillingMonth, std::string>> keys;
    for (const auto& [key, total] : counted) keys.insert(key);
    for (const auto& [key, total] : state.months) keys.insert(key);
    for (const auto& key : keys) {
      const auto a = counted.find(key);
      const auto b = state.months.find(key);
      const MonthTotal recomputed = a == counted.end() ? MonthTotal{} : a->second;
      const MonthTotal kept = b == state.months.end() ? MonthTotal{} : b->second;
      if (recomputed.amount_minor != kept.amount_minor || recomputed.count != kept.count)
        health.findings.push_back("the month total of card " + std::to_string(std::get<0>(key)) + " is wrong");
    }
    return {};
  }

  void check_chain(const LedgerState& state, StoreHealth& health) const {
    AuditVerifier verifier;
    for (const AuditEntry& entry : state.audit)
      if (const auto accepted = verifier.accept(entry); !accepted) {
        health.findings.push_back(accepted.error().what);
        return;
      }
    const auto anchor = core_->control.anchor();
    if (!anchor || !*anchor) return;
    const Anchor& kept = **anchor;
    if (kept.audit_count == state.audit.size() && kept.audit_head != verifier.head())
      health.findings.emplace_back("the audit chain is not the one that the anchor saw");
  }

  std::shared_ptr<Core> core_;
};

}  // namespace

Result<Stores> make_stores(Control& control, Entropy& entropy) {
  std::array<std::byte, 4> tag{};
  std::array<std::byte, 32> secret{};
  MEISAI_TRY(entropy.fill(tag));
  MEISAI_TRY(entropy.fill(secret));
  auto core = std::make_shared<Core>(control, ledger_rules::vault_tag_from(tag), Secret(std::span(secret)));
  wipe(secret);
  Stores stores;
  stores.consents = make_consent_store(core);
  stores.store = std::make_unique<MemoryStore>(std::move(core));
  return stores;
}

Result<std::unique_ptr<Store>> make_store(Control& control, Entropy& entropy) {
  MEISAI_ASSIGN(Stores stores, make_stores(control, entropy));
  return std::move(stores.store);
}

}  // namespace meisai::memory
