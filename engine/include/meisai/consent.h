// SPDX-License-Identifier: Apache-2.0
//
// What a person agreed to, and until when (METI-3.4.2, FISC-43, FISC-44; requirements 10.2). A consent is
// frozen when it is given: texts by hash, scope, holder, the longest end that refreshing can reach, and what
// becomes of held data when it ends. A renewal is a new consent that supersedes the old one in place.
// Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/audit.h"
#include "meisai/ids.h"

namespace meisai {

// Every enumeration of this file is stored as numbers: append only.

/// What becomes of held data at the end (I2).
enum class EndTerms : std::uint8_t {
  keep,   ///< the subject goes on reading and exporting it
  seal,   ///< nobody sees it until renewal
  erase,  ///< it is destroyed
};
/// `ending` is the durable intent before the gate lock is held: policy treats it as ended.
enum class ConsentEnd : std::uint8_t { none, ending, expired, withdrawn, superseded };
/// What became of the data.
enum class HeldData : std::uint8_t { usable, kept, sealed, erased };
/// Whether the issuer has been told, so that nothing of ours works there any more.
enum class Revocation : std::uint8_t { none, due, confirmed };

[[nodiscard]] std::string_view name_of(EndTerms) noexcept;
[[nodiscard]] std::string_view name_of(ConsentEnd) noexcept;
[[nodiscard]] std::string_view name_of(HeldData) noexcept;
[[nodiscard]] std::string_view name_of(Revocation) noexcept;
[[nodiscard]] std::optional<EndTerms> end_terms_named(std::string_view name) noexcept;

/// One thing that the person must see before agreeing, in both languages.
struct ConsentItem {
  std::string key;  ///< `who`, `service`, `scope`, `longest_end`, `withdrawal`, `cautions`, `encryption`, ...
  std::string title_ja;
  std::string title_en;
  std::string text_ja;
  std::string text_en;
  bool important = false;  ///< agreed to by an act of its own
};

/// What is shown before the browser opens. `hash` covers all of it: what was agreed to can be proved.
struct ConsentScreen {
  IssuerId issuer;
  std::vector<ConsentItem> items;  ///< in the order in which they are shown
  Instant ends_at{};               ///< the longest end that can be reached, with all refreshes
  EndTerms end_terms = EndTerms::keep;
  std::vector<std::string> scopes;  ///< as they will be asked for
  std::string text_version;         ///< of the item texts
  Digest hash{};
};

struct Consent {
  ConsentId id;
  ConnectionId connection;
  IssuerId issuer;
  std::uint32_t version = 1;  ///< 2: the first renewal, and so on
  std::string holder;         ///< `individual` or `corporate`
  std::string language;       ///< in which the screen was shown: `ja` or `en`
  ConsentScreen screen;       ///< as shown
  Instant granted_at{};
  Instant ends_at{};  ///< half-open: at this instant it is over
  EndTerms end_terms = EndTerms::keep;
  std::vector<std::string> scopes;      ///< as granted by the issuer
  std::vector<std::string> purposes;    ///< why data is fetched
  std::vector<std::string> recipients;  ///< to whom data may go besides the subject; empty: nobody
  std::string issuer_reference;         ///< the issuer's own id of the consent; empty: it keeps none
  ConsentEnd end = ConsentEnd::none;
  std::optional<Instant> ended_at;
  HeldData held = HeldData::usable;
  Revocation revocation = Revocation::none;
};

}  // namespace meisai
