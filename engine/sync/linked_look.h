// SPDX-License-Identifier: Apache-2.0
//
// One look at one connection: what to ask next, what to do with an answer, and each complete document made
// part of the ledger. It waits for nobody: linked_sync.cpp moves several looks forward on one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/gate/gate.h"
#include "engine/sync/document_import.h"
#include "meisai/linked.h"
#include "meisai/ports/linked_adapter.h"

namespace meisai::sync {

struct LookPorts {
  Gate& gate;
  Store& store;
  Normalizer& normalizer;
};

class LinkedLook {
 public:
  /// `interaction` is the request id that the issuer sees and the audit keeps.
  LinkedLook(const LookPorts& ports, const LinkedIssuer& issuer, Connection connection, bool attended,
             std::string interaction);

  /// Takes the connection's turn and plans from what the ledger knows. Nothing is sent. Errors: `store_busy`
  /// (another sync of it is running), the refusal that holds.
  [[nodiscard]] Result<void> begin();
  /// The next request, without its token; empty when everything was asked and committed.
  [[nodiscard]] Result<std::optional<HttpRequest>> next_request();
  /// Leave to send it.
  [[nodiscard]] Result<Permit<Request>> permit();
  /// Takes an answer of status 200.
  [[nodiscard]] Result<void> accept(const HttpResponse& response);
  /// Records why it ended early. What was committed stays.
  void fail_with(const Error& error);

  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }
  [[nodiscard]] const LinkedIssuer& issuer() const noexcept { return issuer_; }
  [[nodiscard]] ConnectionReport& report() noexcept { return report_; }
  [[nodiscard]] const std::vector<StatementKey>& statements() const noexcept { return statements_; }

 private:
  [[nodiscard]] Result<FetchPlan> plan();
  [[nodiscard]] Result<void> take_pieces();
  [[nodiscard]] bool knows_a_card_of(const StagedDocument& document) const;
  [[nodiscard]] Result<WindowsResult> apply(LedgerWrite& ledger, StagedDocument& document) const;
  [[nodiscard]] Result<void> commit(FetchedDocument fetched);
  [[nodiscard]] Result<void> hold(const Error& why, MEISAI_UNSPENT Permit<Commit> permit);
  [[nodiscard]] Result<void> settle_holds();
  [[nodiscard]] PermitScope scope() const;
  [[nodiscard]] AuditDraft draft(std::string object, std::string result, std::string reason = "") const;
  void take(const WindowsResult& result, const std::string& request);

  LookPorts ports_;
  const LinkedIssuer& issuer_;
  Connection connection_;
  bool attended_;
  std::string interaction_;
  ConnectionReport report_;
  std::vector<StatementKey> statements_;
  std::vector<CardRow> known_cards_;  // of this connection, from earlier looks
  std::vector<HoldRow> open_holds_;   // the same

  std::unique_ptr<Conversation> conversation_;
  std::string asked_;
  std::unique_ptr<Staging> staging_;
  std::unique_ptr<StagedDocument> document_;
  /// Asked for before the document's first request, so that a cutoff in between stops its commit even when it
  /// is lifted meanwhile.
  std::optional<Permit<Commit>> commit_permit_;
};

}  // namespace meisai::sync
