// SPDX-License-Identifier: Apache-2.0
//
// How an issuer talks. Adapters are sans-I/O (I10): bytes in, raw records out; no clock, no randomness,
// no decisions. What the words of a layout *mean* travels beside the records as a Vocabulary, which the
// normalizers read. Implementations live in adapters/<family>/ and are listed in adapters/all.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"
#include "meisai/ids.h"
#include "meisai/ledger.h"
#include "meisai/raw_page.h"

namespace meisai {

/// When a kind rule applies. The first rule of a layout that matches decides.
enum class KindWhen : std::uint8_t {
  section_is,            ///< the record stands in this section of the document
  correction_mark_is,    ///< the correction mark equals the text
  merchant_contains,     ///< the normalized merchant contains the text
  undated_and_contains,  ///< no date, and the normalized merchant contains the text
  amount_negative,       ///< the usage amount is below zero
  amount_empty,          ///< the usage amount cell is empty and the billed one is not
};
struct KindRule {
  KindWhen when;
  std::string_view text;  ///< compared after NFKC
  TransactionKind kind;
};
/// One payment-plan word of the layout, compared after NFKC and trimming. `count` 0: none stated.
struct PlanWord {
  std::string_view word;
  PaymentType type;
  int count;
};
/// How an empty plan cell reads when the row is an ordinary purchase.
enum class EmptyPlan : std::uint8_t { unknown, one_time, revolving };

/// What the words of one layout mean. Points into static tables or into the adapter that owns it.
struct Vocabulary {
  std::span<const KindRule> kinds;
  std::span<const PlanWord> plans;
  bool plan_is_count = false;  ///< the plan cell is a number of payments (三井住友: １, ２, ３)
  EmptyPlan empty_plan = EmptyPlan::unknown;
  bool billed_column = true;          ///< false: posted one-time rows of a bill are billed at their amount
  std::string_view overseas_word;     ///< region cell value that means overseas; empty: the layout has none
  std::string_view currency = "JPY";  ///< of amount and billed
  std::string_view amount_if_empty;   ///< amount text that also means "empty" (楽天: `-`)
  bool open_month = false;            ///< a list of what no statement bills yet: its rows are pending (decision 0020)

  // What an issuer puts around a shop's name in one view of a row and not in another (Normalizer::merchant_core).
  // Patterns over normalized text: `#` is one or more digits, `@` a code of two or three capital letters or digits.
  // The same in every layout of an issuer, so that any of them serves for rows of the others.
  std::span<const std::string_view> merchant_prefixes;  ///< 楽天, open month: `マスター国内利用 @ `
  std::string_view merchant_country_suffix;             ///< 楽天, closed month: `利用国@`

  // APIs. Amounts are unsigned there and a word says the direction.
  std::string_view charge_word;   ///< Field::direction that means "charged"; empty: amounts carry their sign
  std::string_view credit_word;   ///< ... that means "credited": the row is negative; any other word refuses it
  std::string_view pending_word;  ///< Field::status; empty: every row is posted
  std::string_view posted_word;
  std::string_view declined_word;         ///< listed, but no money moves
  bool usage_date_may_be_absent = false;  ///< then the posting date stands for it and the row is flagged
  bool decimal_amounts = false;           ///< `12.30` with up to five decimals; else digits with separators
};

enum class Certainty : std::uint8_t { fixture_seen, code_seen, described, experimental };
[[nodiscard]] std::string_view name_of(Certainty) noexcept;

/// How complete a document is per window.
enum class WindowRule : std::uint8_t {
  statement,   ///< the document is one statement, complete for its cards
  card_month,  ///< complete for each card and month, in that order (no statement)
  card_range,  ///< complete for its cards between two days: a known row that it lacks is gone from the source
  card_list,   ///< one list of its cards: equal rows of it are so many rows; one that it lacks may stand elsewhere
};

/// One dated layout that an adapter reads.
struct LayoutInfo {
  IssuerId issuer;
  std::string name_ja;  ///< the issuer's usual name: 楽天カード
  std::string name_en;
  std::string layout;  ///< `rakuten_closed_2026`
  Certainty certainty = Certainty::described;
  std::string since;  ///< `2026-06`: from when the layout is known
  WindowRule window = WindowRule::statement;
  Vocabulary vocabulary;
};

/// A layout that fits the head of a document.
struct LayoutMatch {
  const LayoutInfo* layout = nullptr;  ///< owned by the adapter
};
/// A layout that nearly fits, and why it does not: told to the user when nothing fits.
struct NearMiss {
  const LayoutInfo* layout = nullptr;  ///< null: the bytes are no text that any layout could fit
  Error reason;
};
struct Recognition {
  std::vector<LayoutMatch> matches;
  std::vector<NearMiss> near_misses;
};

/// What is known of a document when its last byte was read.
struct DocumentFacts {
  std::string encoding;                      ///< `UTF-8` or `CP932`
  std::vector<std::string> unknown_columns;  ///< header cells that the layout does not know
  bool last_record_incomplete = false;       ///< the document ended inside a record
  std::uint64_t lines = 0;
};

/// Reads one document of one layout: feed every byte in order, then finish. Not thread-safe.
class DocumentReader {
 public:
  virtual ~DocumentReader() = default;
  /// Takes the next bytes. Any split gives the same records. On an error nothing more may be fed.
  /// Errors: not_text, mixed_encodings, record_too_long, column_missing, pan_detected, ...
  [[nodiscard]] virtual Result<void> feed(std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<void> finish() = 0;
  /// The next complete page, in order; empty when there is none yet.
  [[nodiscard]] virtual std::optional<RawPage> take_page() = 0;
  /// Cards met so far; indexes are stable and used by RawRecord::card. The caller may take key texts.
  [[nodiscard]] virtual std::span<const CardClue> cards() const = 0;
  [[nodiscard]] virtual const DocumentFacts& facts() const = 0;
};

/// One family of documents. Thread-safe: all calls are const.
class Adapter {
 public:
  virtual ~Adapter() = default;
  [[nodiscard]] virtual std::span<const LayoutInfo> layouts() const = 0;
  /// Which layouts fit the first bytes (up to 64 KiB; `complete`: there are no more). Content only.
  [[nodiscard]] virtual Recognition recognize(std::string_view head, bool complete) const = 0;
  /// A reader for a layout of this adapter. The adapter must outlive it.
  [[nodiscard]] virtual std::unique_ptr<DocumentReader> open(const LayoutInfo& layout) const = 0;
};

}  // namespace meisai
