// SPDX-License-Identifier: Apache-2.0
//
// The command line as plain values. Only arguments.cpp knows the parser (CLI11); commands see these
// structs. Everything that can be wrong about the text of an argument is found here, before any store is
// touched: a wrong date, an unknown mode, a mistyped command (the nearest one is suggested).
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "apps/meisai/messages.h"
#include "meisai/engine.h"

namespace meisai::cli {

struct GlobalOptions {
  std::optional<std::filesystem::path> store;
  std::optional<std::filesystem::path> key_file;
  bool json = false;
  bool json_lines = false;
  bool quiet = false;
  bool no_color = false;
  bool no_input = false;
  std::optional<Instant> now;
  Language language = Language::en;
};

struct DemoArguments {
  std::optional<std::filesystem::path> samples;
};
struct InitArguments {
  std::optional<std::filesystem::path> new_key_file;
  std::optional<std::filesystem::path> key_ring;
  Mode mode = Mode::personal;
  bool simulated = false;
};
struct StatusArguments {};
struct IssuersArguments {
  std::optional<IssuerId> only;
};
struct IssuersRegisterArguments {
  IssuerId issuer;
  std::filesystem::path profile;
  std::string client_id;
  std::optional<std::filesystem::path> client_key;  ///< our private key at the issuer, not the store's
  std::string key_id;
};
/// How a person links or renews.
struct LinkOptions {
  bool no_browser = false;
  std::optional<EndTerms> end_terms;
  std::optional<std::string> accept;  ///< hash of a consent screen; simulated stores only
};
struct LinkArguments {
  IssuerId issuer;
  bool another = false;
  LinkOptions options;
};
struct ConnectionsArguments {
  std::optional<ConnectionId> only;
};
struct SyncArguments {
  std::vector<ConnectionId> connections;
};
struct ConsentListArguments {};
struct ConsentShowArguments {
  ConsentId id;
};
struct ConsentRenewArguments {
  ConsentId id;
  LinkOptions options;
};
struct ConsentRevokeArguments {
  ConsentId id;
  EndTerms held = EndTerms::keep;
};
struct ImportArguments {
  std::vector<std::filesystem::path> files;
  std::optional<IssuerId> issuer;
  std::optional<std::string> card;
  bool new_card = false;
  bool dry_run = false;
};
struct CardsArguments {};
struct CardsJoinArguments {
  CardId card;
  CardId other;
};
struct SuggestionsArguments {
  bool all = false;
};
struct DecideArguments {
  SuggestionId id;
  bool accept = false;
};
struct StatementsArguments {};
struct StatementArguments {
  StatementId id;
};
struct TransactionsArguments {
  TransactionFilter filter;
};
struct TransactionArguments {
  TransactionId id;
  bool why = false;
};
struct EditArguments {
  TransactionId id;
  UserEdit edit;
};
struct UndoEditArguments {
  TransactionId id;
};
struct UpcomingArguments {};
struct ChangesArguments {
  std::string since;
  std::size_t limit = 1000;
};
struct CoverageArguments {};
struct ExportArguments {
  std::string target;
  TransactionFilter filter;
  std::optional<std::filesystem::path> out;
};
struct AuditListArguments {};
struct AuditVerifyArguments {};
struct IncidentOpenArguments {
  IncidentRequest request;
};
struct IncidentLiftArguments {
  IncidentId id;
  std::string reason;
};
struct IncidentListArguments {};
struct HoldsArguments {
  bool all = false;
};
struct HoldShowArguments {
  HoldId id;
};
struct HoldAcceptArguments {
  HoldId id;
  HoldAnswer answer;
};
struct HoldDiscardArguments {
  HoldId id;
};
struct QuarantineArguments {};
struct ReplayArguments {
  std::optional<IssuerId> issuer;
  bool apply = false;
};
struct DoctorArguments {
  bool prune = false;
};
struct VersionArguments {};

using Command =
    std::variant<DemoArguments, InitArguments, StatusArguments, IssuersArguments, IssuersRegisterArguments,
                 LinkArguments, ConnectionsArguments, SyncArguments, ConsentListArguments, ConsentShowArguments,
                 ConsentRenewArguments, ConsentRevokeArguments, ImportArguments, CardsArguments, CardsJoinArguments,
                 SuggestionsArguments, DecideArguments, StatementsArguments, StatementArguments, TransactionsArguments,
                 TransactionArguments, EditArguments, UndoEditArguments, UpcomingArguments, ChangesArguments,
                 CoverageArguments, ExportArguments, AuditListArguments, AuditVerifyArguments, IncidentOpenArguments,
                 IncidentLiftArguments, IncidentListArguments, HoldsArguments, HoldShowArguments, HoldAcceptArguments,
                 HoldDiscardArguments, QuarantineArguments, ReplayArguments, DoctorArguments, VersionArguments>;

/// Help was asked for: this is the text.
struct HelpText {
  std::string text;
};
struct Invocation {
  GlobalOptions global;
  std::variant<Command, HelpText, Error> what;
};

/// Reads `arguments` (without the program's name). `fallback` is the language where --lang says nothing.
[[nodiscard]] Invocation parse(std::span<const std::string> arguments, Language fallback);

/// The candidate nearest to `word` by edits, if it is near enough to be what was meant.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace meisai::cli
