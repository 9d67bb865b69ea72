// SPDX-License-Identifier: Apache-2.0
//
// What every store must do alike, whatever keeps its rows: which rows make sense, which count in a month,
// how coverage grows together, how the change feed is cut, what a statement bills. Pure functions, so that
// the memory store and the encrypted one cannot drift apart.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "meisai/ports/store.h"

namespace meisai::ledger_rules {

[[nodiscard]] DayKey day_of(LocalDate date) noexcept;
[[nodiscard]] LocalDate date_of(DayKey day) noexcept;

/// `internal_bug` for a row whose day does not say the same as its date, or that belongs to no card.
[[nodiscard]] Result<void> check_row(const StoredRow& row);
/// Whether an identity is made of an issuer's id of the row, which only a connection brings.
[[nodiscard]] inline bool is_issuers_id(const Fingerprint& fingerprint) noexcept { return fingerprint.bytes[0] == 2; }
/// `internal_bug` for a layer that no edit makes: tags that are empty, repeated or out of order, or hold a line end.
[[nodiscard]] Result<void> check_layer(const UserLayer& layer);
/// `internal_bug` for a change that names nothing.
[[nodiscard]] Result<void> check_change(const ChangeRow& change);

/// The month of use in which a row counts; empty for one that does not: without a date, removed, ignored by the
/// person, or a movement of money that is no use of the card (a payment to the issuer, an authorization).
[[nodiscard]] std::optional<BillingMonth> counted_month(const StoredRow& row) noexcept;
/// Adds (or with `sign` -1 takes away) a row. `amount_overflow` instead of a wrong sum.
[[nodiscard]] Result<void> add_to_month(MonthTotal& total, std::int64_t amount_minor, std::int64_t count, int sign);

/// True if both are about one card, channel and certainty, and touch or overlap.
[[nodiscard]] bool touching(const CoverageRow& a, const CoverageRow& b) noexcept;
/// Widens `into` so that it covers `other` too.
void widen(CoverageRow& into, const CoverageRow& other) noexcept;

[[nodiscard]] std::uint64_t last_position_of(const ChangeRow& change) noexcept;
/// True if `next` only goes on with the numbers of `last`: one range can hold both.
[[nodiscard]] bool continues(const ChangeRow& last, const ChangeRow& next) noexcept;
/// Moves the beginning of a range behind `after`. REQUIRES: it reaches behind it.
void cut_behind(ChangeRow& change, std::uint64_t after) noexcept;

/// The parts of a range that name none of `hidden` (ascending), each at its own position.
[[nodiscard]] std::vector<ChangeRow> without(const ChangeRow& change, const std::vector<std::int64_t>& hidden);

/// Whether a card that came through these connections is withheld while those of `sealed` are; files aside.
[[nodiscard]] bool all_sealed(const std::vector<ConnectionId>& connections, const std::vector<ConnectionId>& sealed);

/// Adds to `hidden` (ascending) the cards that turned out to be one of them.
void add_joined(std::vector<CardKey>& hidden, std::span<const CardRow> cards);

/// Counts one listed row into its card and region.
[[nodiscard]] Result<void> add_billed(std::vector<BilledSum>& sums, CardKey card, Region region,
                                      std::optional<std::int64_t> billed_minor);

/// What a query says of a row by itself (`after` and `limit` are about the answer, not the row).
/// `in_statement` says whether one of the query's `undated_of` lists the row.
[[nodiscard]] bool wanted(const TransactionQuery& query, const StoredRow& row, bool in_statement);
/// Whether a range of days was asked for at all.
[[nodiscard]] inline bool has_range(const TransactionQuery& query) noexcept { return query.from || query.to; }

/// Whether a permit for `scope` (empty: every issuer) lets the issuer's data through.
[[nodiscard]] inline bool covers(const IssuerId& scope, const IssuerId& issuer) noexcept {
  return scope.empty() || scope == issuer;
}
[[nodiscard]] tl::unexpected<Error> outside_scope();

/// The four characters for public ids from random bytes.
[[nodiscard]] std::string vault_tag_from(std::span<const std::byte, 4> random);
/// HMAC-SHA-256 under the vault's secret; `domain` keeps one use apart from another.
[[nodiscard]] Result<Digest> keyed_digest(const Secret& secret, std::string_view domain, const Secret& text);

}  // namespace meisai::ledger_rules
