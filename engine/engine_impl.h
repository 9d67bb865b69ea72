// SPDX-License-Identifier: Apache-2.0
//
// What engine.cpp (files, reading, cutoffs) and linked.cpp (linked issuers) share behind the facade.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "engine/authorize/authorizer.h"
#include "engine/authorize/transport_view.h"
#include "engine/consent/lifecycle.h"
#include "engine/gate/gate.h"
#include "engine/ledger/public_id.h"
#include "engine/reading/ledger_reader.h"
#include "engine/reading/surroundings.h"
#include "meisai/engine.h"

namespace meisai {
namespace sync {
struct EditedRow;
}

class Engine::Impl {
 public:
  explicit Impl(EnginePorts given);

  [[nodiscard]] AuditDraft draft(std::string operation, std::string object, std::string result = "done",
                                 std::string reason = "") {
    return {.at = gate.now(),
            .actor = "subject",
            .operation = std::move(operation),
            .object = std::move(object),
            .result = std::move(result),
            .reason = std::move(reason)};
  }

  /// Notes a refusal or failure in the audit and hands the error on.
  [[nodiscard]] tl::unexpected<Error> refused(const char* operation, Error error) {
    std::ignore = ports.store->record(
        draft(operation, "", is_refusal(error.code) ? "refused" : "failed", std::string(name_of(error.code))));
    return fail(std::move(error));
  }

  /// A view for the subject and a reader over it, with the audit entry written.
  struct Reading {
    std::unique_ptr<LedgerView> view;
    reading::LedgerReader reader;
  };
  [[nodiscard]] Result<Reading> read(const char* operation, const std::string& object = "") {
    auto permit = gate.ask<Read>({});
    if (!permit) return refused(operation, std::move(permit.error()));
    auto view = ports.store->read(std::move(*permit), draft(operation, object));
    if (!view) return refused(operation, std::move(view.error()));
    MEISAI_ASSIGN(auto reader, reader_over(**view));
    return Reading{std::move(*view), std::move(reader)};
  }

  [[nodiscard]] Result<reading::LedgerReader> reader_over(LedgerView& view) {
    MEISAI_ASSIGN(Facts facts, ports.control->facts());
    return reading::LedgerReader::make(view, std::move(facts.incidents));
  }

  /// What readers need beside the ledger: engine_knowledge.cpp.
  [[nodiscard]] Result<reading::Surroundings> surroundings();

  [[nodiscard]] Result<ImportReport> import(ByteSource& document, const ImportOptions& options, bool preview);

  /// Changes the layer of the row that an id leads to (review_userlayer.cpp).
  using LayerChange = std::function<Result<UserLayer>(Gate&, Store&, const sync::EditedRow&)>;
  [[nodiscard]] Result<Transaction> change_layer(const TransactionId& id, const LayerChange& change);
  /// Puts the statements, as they are now, into the report.
  [[nodiscard]] Result<void> show_statements(const std::vector<StatementKey>& statements, ImportReport& report);

  // ---- held batches: engine/review_holds.cpp ----

  /// The layout that reads the document.
  [[nodiscard]] Result<const LayoutInfo*> layout_of(const DocumentRow& document);
  /// Discards open holds whose raw pages' retention is over. How many.
  [[nodiscard]] Result<std::uint64_t> discard_expired_holds();

  /// A new public id from the entropy port.
  [[nodiscard]] Result<std::string> new_id(ledger::IdKind kind);

  // ---- linked issuers: engine/linked.cpp ----

  /// `protocol_unsupported` in an engine that was made for files only.
  [[nodiscard]] Result<void> require_linked() const;
  /// The issuer as a profile describes it. Checks all of it.
  [[nodiscard]] Result<std::unique_ptr<LinkedIssuer>> read_issuer(const std::string& profile_text,
                                                                  const std::string& name);
  [[nodiscard]] Result<Registration> registration_of(const IssuerId& issuer);
  /// The issuer as its registration's profile describes it; `registration_missing`.
  [[nodiscard]] Result<const LinkedIssuer*> linked_issuer(const IssuerId& issuer);
  /// An authorizer and what it looks at.
  struct Authorizing {
    Registration registration;
    std::unique_ptr<Signer> signer;
    std::unique_ptr<authorize::TransportView> transport;
    std::unique_ptr<authorize::Authorizer> authorizer;
  };
  [[nodiscard]] Result<std::unique_ptr<Authorizing>> authorizing(const IssuerId& issuer, authorize::Caller caller);
  /// Asked several times a second while an issuer is; false: stop. Empty: never stops.
  using GoOn = std::function<bool()>;
  [[nodiscard]] consent::Lifecycle lifecycle(bool attended, GoOn go_on = {});
  [[nodiscard]] Result<SweepReport> sweep(const GoOn& go_on);
  /// The connection whose consent is to be renewed, with that consent's record.
  struct Renewed {
    Connection connection;
    Consent consent;
  };
  [[nodiscard]] Result<Renewed> renewed(const LinkRequest& request);
  /// `invalid_argument` where a connection to the company could be renewed instead.
  [[nodiscard]] Result<void> check_not_linked(const IssuerId& issuer);
  /// Keeps what the issuer gave, set aside, and makes the consent stand in place of `before` (empty: none).
  [[nodiscard]] Result<void> keep_grant(const Connection& connection, const Consent& consent, const Tokens& tokens,
                                        const ConsentId& before);
  /// What could not be kept is given back; where the issuer cannot be told now, sweeps go on with it.
  void drop_grant(authorize::Authorizer& authorizer, Consent consent, authorize::Granted granted);
  /// Where a crash came between a consent and its tokens.
  [[nodiscard]] Result<void> adopt_grants();
  void end_superseded(const GoOn& go_on);
  /// Marks a consent that no connection stands on, tells the issuer where it is due and keeps the record.
  void supersede(authorize::Authorizer& authorizer, Consent before);

  EnginePorts ports;
  Gate gate;
  /// A token call happens while pages are under way: each sees its own transfers.
  std::unique_ptr<authorize::SharedTransport> wire;
  /// By hash of the profile that they were made from.
  std::map<Digest, std::unique_ptr<LinkedIssuer>> issuers;
};

}  // namespace meisai
