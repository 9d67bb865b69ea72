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
[[nodiscard]] std::string transactions_tail(const TransactionList& list);
/// A row of --json-lines, and its last line.
[[nodiscard]] std::string transaction_line(const Transaction& row);
[[nodiscard]] std::string summary_line(const TransactionList& list);

/// `transactions show`: a list of one; with `why`, which of how many equal rows of the day it is.
struct Occurrence {
  std::size_t number = 1;
  std::size_t of = 1;
};
[[nodiscard]] std::string transaction_shown(const Transaction& row, const std::optional<Occurrence>& why);

[[nodiscard]] std::string cards(std::span<const Card> cards);
[[nodiscard]] std::string statements(std::span<const Statement> statements);
[[nodiscard]] std::string upcoming(const Upcoming& upcoming);
[[nodiscard]] std::string changes(const ChangeList& changes);
[[nodiscard]] std::string coverage(std::span<const CoverageOfCard> cards);
[[nodiscard]] std::string status(const Status& status, const std::string& store);
[[nodiscard]] std::string issuers(std::span<const LayoutInfo> layouts);
[[nodiscard]] std::string exported(const std::string& target, const std::string& file, const ExportReport& report);
[[nodiscard]] std::string audit_entries(std::span<const AuditLine> entries);
[[nodiscard]] std::string audit_verified(const AuditReport& report);
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
[[nodiscard]] std::string doctor(std::span<const Check> checks, std::uint64_t raw_pages_pruned);

struct DemoStep {
  std::string command;
  Exit exit = Exit::done;
};
[[nodiscard]] std::string demo(std::span<const DemoStep> steps);
[[nodiscard]] std::string version(const std::string& version);

}  // namespace meisai::cli::json
