// SPDX-License-Identifier: Apache-2.0
//
// What a person is asked to look at and decide: batches that were held, links that are doubtful, records that could
// not be read, and why a row is as it is. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/ledger.h"

namespace meisai {

// Every enumeration of this file is stored as numbers: append only.

/// By which evidence a row became what it is (DESIGN section 4, strongest first).
enum class MatchRule : std::uint8_t {
  same_identity,        ///< the issuer's stable id, or the same raw facts and occurrence
  alias,                ///< an identity that the row had before
  issuer_link,          ///< the issuer says which pending row it was
  other_channel,        ///< the same purchase, seen through another channel of the card (API, file)
  alike,                ///< pending and posted, alike in merchant, amount and days, and alone in it
  revised_amount,       ///< the only row of its day and merchant has another amount now
  moved_date,           ///< the same row on another day
  billed,               ///< a statement bills it, or a part of it
  absent,               ///< its source lists it no more
  removed,              ///< and was silent about it for the issuer's term, or a person said so
  listed_again,         ///< it was removed, and is listed again
  suggestion_accepted,  ///< a person said that two rows are one
  hold_accepted,        ///< a person accepted the batch that says so
  cards_joined,         ///< a person said that two cards are one
  replayed,             ///< read again from its raw record by a newer program
};
[[nodiscard]] std::string_view name_of(MatchRule) noexcept;

enum class SuggestionKind : std::uint8_t { same_transaction, same_card };
enum class SuggestionState : std::uint8_t {
  open,
  accepted,
  refused,   ///< and never made again
  outdated,  ///< what it was about is settled otherwise, or gone
};
[[nodiscard]] std::string_view name_of(SuggestionKind) noexcept;
[[nodiscard]] std::string_view name_of(SuggestionState) noexcept;

/// Two rows, or two cards, that may be one. Until a person says so, both count.
struct Suggestion {
  SuggestionId id;
  SuggestionKind kind = SuggestionKind::same_transaction;
  SuggestionState state = SuggestionState::open;
  std::string first;   ///< id of the one known first: it stays
  std::string second;  ///< id of the other: it would become the first
  MatchRule evidence = MatchRule::alike;
  std::string detail;  ///< for example `amount +320, 2 days later`
  Instant made_at{};
};

enum class HoldState : std::uint8_t {
  open,
  accepted,
  discarded,
  outdated,  ///< a later batch of the same source took its place
};
[[nodiscard]] std::string_view name_of(HoldState) noexcept;

/// A batch that was not taken in, with its diagnosis. Its raw records are kept; accepting or discarding ends it.
struct Hold {
  HoldId id;
  IssuerId issuer;
  ConnectionId connection;  ///< empty: a file
  std::string document;     ///< as the caller named it, or the endpoint
  Code code = Code::batch_doubtful;
  std::string diagnosis;
  std::uint64_t transactions = 0;  ///< that wait in it
  HoldState state = HoldState::open;
  Instant held_at{};
};

/// A record that could not be read. Its cells are kept PAN-masked; `replay` reads it again after an update.
struct QuarantinedRecord {
  IssuerId issuer;
  std::string layout;
  std::string document;  ///< first 12 hex digits of its SHA-256
  std::uint64_t row = 0;
  Code code = Code::text_not_valid;
  std::string message;
  std::string masked_text;
  std::optional<StatementId> statement;
  bool made_good = false;  ///< a later copy of its statement holds: nothing is missing for it
};

/// One step of how a row became what it is, oldest first.
struct ExplanationStep {
  Instant at{};
  Source source;
  MatchRule rule = MatchRule::same_identity;
  std::string detail;
  std::string other;                       ///< id of the other row, where there is one
  std::optional<TransactionFacts> before;  ///< what the row was until then, where it changed
};
struct Explanation {
  Transaction transaction;
  std::vector<std::string> ids;  ///< every id that it ever had: public ids, the issuer's
  std::string identity;          ///< how it is known: recipe, facts and occurrence
  std::vector<ExplanationStep> steps;
  std::vector<Suggestion> suggestions;  ///< about it
  std::vector<UserLayer> user_history;  ///< oldest first; the last is the one of now
};

/// What reading stored raw records again would change, or has changed.
struct ReplayReport {
  std::uint64_t documents = 0;
  std::uint64_t without_records = 0;  ///< documents whose raw records are gone by the retention rule
  std::uint64_t unchanged = 0;
  struct Difference {
    TransactionId id;  ///< empty: a row that would be new
    std::string field;
    std::string before;
    std::string after;
  };
  std::vector<Difference> differences;  ///< the first 1,000
  std::uint64_t added = 0;
  std::uint64_t modified = 0;
  std::uint64_t released = 0;         ///< records that left the quarantine
  std::uint64_t still_rejected = 0;   ///< records that stay there, and that nothing has made good
  std::uint64_t no_longer_read = 0;   ///< records that made a row and are refused now: the row stays as it is
  std::uint64_t unknown_layouts = 0;  ///< documents whose layout this program does not have
  bool applied = false;
};

}  // namespace meisai
