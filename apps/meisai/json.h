// SPDX-License-Identifier: Apache-2.0
//
// The JSON shapes of the command line's contract (docs/cli.md): names and types are API, objects only ever
// grow. Every function returns text that is one JSON value; the JSON library stays in json.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/meisai/exit.h"
#include "apps/meisai/sync_reasons.h"
#include "meisai/engine.h"

namespace meisai::cli::json {

/// `store`: the place of an error that has none of its own, may be empty.
[[nodiscard]] std::string error(const Error& error, const std::string& store);

/// What became of one file named on the command line.
struct ImportedFile {
  std::string path;
  Result<ImportReport> report;
};
/// Where every file failed, `error` is the first failure.
[[nodiscard]] std::string import(std::span<const ImportedFile> files, const std::optional<std::string>& cursor,
                                 bool dry_run);

[[nodiscard]] std::string transaction(const Transaction& row);
/// The pieces of a long list: head, rows with commas between, tail.
[[nodiscard]] std::string transactions_head();
/// `connections`: whose rows are withheld is said with the list.
[[nodiscard]] std::string transactions_tail(const TransactionList& list, std::span<const Connection> connections);
/// A row of --json-lines, and its last line.
[[nodiscard]] std::string transaction_line(const Transaction& row);
[[nodiscard]] std::string summary_line(const TransactionList& list, std::span<const Connection> connections);

/// `transactions show`: a list of one; with `why`, which of how many equal rows of the day it is.
struct Occurrence {
  std::size_t number = 1;
  std::size_t of = 1;
};
[[nodiscard]] std::string transaction_shown(const Transaction& row, const std::optional<Occurrence>& why);

/// The same with everything that is known of how it came to be (json_links.cpp).
[[nodiscard]] std::string transaction_explained(const Explanation& explanation, const Occurrence& occurrence);
[[nodiscard]] std::string suggestions(std::span<const Suggestion> suggestions);

[[nodiscard]] std::string cards(std::span<const Card> cards);
[[nodiscard]] std::string statements(std::span<const Statement> statements);
/// `statements show`: a list of one, with its arithmetic.
[[nodiscard]] std::string statement_shown(const StatementDetail& detail);
[[nodiscard]] std::string upcoming(const Upcoming& upcoming);
[[nodiscard]] std::string changes(const ChangeList& changes);
[[nodiscard]] std::string coverage(std::span<const CoverageOfCard> cards);
[[nodiscard]] std::string status(const Status& status, std::span<const Connection> connections,
                                 const std::string& store, Instant now);
/// One object an issuer: what files of it can be read, and how it is reached where we are registered there.
[[nodiscard]] std::string issuers(std::span<const LayoutInfo> layouts, std::span<const RegisteredIssuer> registered);

[[nodiscard]] std::string connections(std::span<const Connection> connections, Instant now);
[[nodiscard]] std::string consents(std::span<const Consent> consents, Instant now);
/// One consent with its screen, in both languages.
[[nodiscard]] std::string consent_shown(const Consent& consent, Instant now);
/// The error of a consent that was not agreed to, with the screen that it is about.
[[nodiscard]] std::string not_accepted(const Error& error, const ConsentScreen& screen);
/// REQUIRES: a reason for each connection that has one, in the order of the report. Where every connection has
/// one, `error` is the first.
[[nodiscard]] std::string synced(const SyncReport& report, std::span<const std::optional<SyncReason>> reasons);
[[nodiscard]] std::string exported(const std::string& target, const std::string& file, const ExportReport& report);
[[nodiscard]] std::string audit_entries(std::span<const AuditLine> entries);
[[nodiscard]] std::string audit_verified(const AuditReport& report);
[[nodiscard]] std::string holds(std::span<const Hold> holds);
/// A hold with what accepting it would do; `would` is null where it has ended or cannot be accepted as it stands.
[[nodiscard]] std::string hold_shown(const HoldDetail& detail);
[[nodiscard]] std::string hold_ended(const Hold& ended);
[[nodiscard]] std::string quarantine(std::span<const QuarantinedRecord> records);
[[nodiscard]] std::string replay(const ReplayReport& report);
[[nodiscard]] std::string incidents(std::span<const Incident> incidents);

struct InitReport {
  std::string store, key_ring, key_file;
  Mode mode = Mode::personal;
  bool simulated = false;
};
[[nodiscard]] std::string initialized(const InitReport& report);

struct Check {
  std::string name;
  bool sound = true;
  std::vector<std::string> findings;
};
[[nodiscard]] std::string doctor(std::span<const Check> checks, const StoreHealth& health);

struct DemoStep {
  std::string command;
  Exit exit = Exit::done;
};
[[nodiscard]] std::string demo(std::span<const DemoStep> steps);
/// The id of the first thing in a listing's document; empty where it lists nothing.
[[nodiscard]] std::string first_id(const std::string& document);
[[nodiscard]] std::string version(const std::string& version);

}  // namespace meisai::cli::json
