// SPDX-License-Identifier: Apache-2.0
//
// How fresh a card and a connection are, computed from what arrived: an issuer that answers "nothing" with a success
// code for weeks, of a card that was used every few days, must not look as if all were well.
#pragma once

#include "engine/reading/billing_cycle.h"
#include "engine/reading/ledger_reader.h"
#include "engine/reading/surroundings.h"

namespace meisai::reading {

/// One for each card that the view shows, in order of their numbers.
[[nodiscard]] Result<std::vector<CardFreshness>> freshness_of_cards(const LedgerReader& reader, LedgerView& view,
                                                                    const Surroundings& around);
/// One for each connection, in order of `around.connections`.
[[nodiscard]] std::vector<ConnectionFreshness> freshness_of_connections(const LedgerReader& reader,
                                                                        std::span<const CardFreshness> cards,
                                                                        const Surroundings& around);

/// The card's statements.
[[nodiscard]] std::vector<const StatementRow*> statements_of(const LedgerReader& reader, CardKey card);
/// What the card's statements and its issuer's profile say of its months.
[[nodiscard]] BillingCycle cycle_of(const LedgerReader& reader, CardKey card, const Surroundings& around);

/// The day since which a card that was used on these days (ascending) is strangely quiet, if nothing was found when
/// everything was looked at on `looked`: it was used often, and never was the pause half as long.
[[nodiscard]] std::optional<LocalDate> quiet_since(std::span<const LocalDate> days_of_use, LocalDate looked);

}  // namespace meisai::reading
