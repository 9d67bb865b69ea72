// SPDX-License-Identifier: Apache-2.0
//
// Which stored card is the card of a document? A card is known by its issuer and the keyed hash of what
// tells it apart in the issuer's files. Where files cannot tell two cards of one person apart (楽天: 本人
// on both), the person names the second one: the *account label* keeps the two families of cards apart.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "meisai/ports/store.h"

namespace meisai::ledger {

/// A card as a document shows it, without what must not be kept.
struct CardSeen {
  Digest key_hash{};
  std::string name;
  std::string role;
  std::string last4;
};

[[nodiscard]] CardKind kind_of(const CardSeen& card);
/// Whether this told the card apart, now or once.
[[nodiscard]] bool is_told_by(const CardRow& card, const Digest& key_hash, const std::string& account);

/// The one card that `--card TEXT` names: by its id (also one that turned out to be another's), its label, or an
/// account label that no other card has. 0: none.
[[nodiscard]] CardKey card_named(const std::string& text, std::span<const CardRow> known, std::string_view vault_tag,
                                 Normalizer& normalizer);

/// The account label that `--card TEXT` means: that of the card with this id or label, else the text itself.
/// `invalid_argument` for a text that cannot be a label (empty, over 40 characters, control characters, a card number).
/// Compared after NFKC and without regard to ASCII case, by way of `normalizer`.
[[nodiscard]] Result<std::string> account_named(const std::string& text, std::span<const CardRow> known,
                                                std::string_view vault_tag, Normalizer& normalizer);

/// Account labels under which at least one of the seen cards is known.
[[nodiscard]] std::set<std::string> accounts_of(std::span<const CardSeen> seen, std::span<const CardRow> known);

/// An account label for a card that is none of those known by the same look: `2`, `3`, ...
[[nodiscard]] std::string unused_account(const std::set<std::string>& accounts);

/// The seen cards as rows, in their order: known ones with their number, new ones with key 0 and their label. Where an
/// alias names the card, the row is that card.
[[nodiscard]] std::vector<CardRow> resolve_cards(const IssuerId& issuer, std::span<const CardSeen> seen,
                                                 const std::string& account, std::span<const CardRow> known);

}  // namespace meisai::ledger
