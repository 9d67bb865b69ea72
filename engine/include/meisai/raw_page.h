// SPDX-License-Identifier: Apache-2.0
//
// What an adapter hands on: records with field texts exactly as the issuer wrote them, and where each
// stood. The PAN guard works inside the builder, so no cell can exist that it has not seen (I5). Cells
// that tell one card from another are secrets; the engine replaces them by a keyed hash before staging.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"
#include "meisai/secret.h"

namespace meisai {

/// What a cell holds. `extension` is a field that the layout does not know: kept, counted, not read.
/// Stored as numbers: append only.
enum class Field : std::uint8_t {
  usage_date,
  posting_date,
  merchant,
  amount,
  fee,
  total,
  billed,
  remaining,
  plan,
  plan_index,
  correction_mark,
  section,
  region,
  remark,
  foreign_amount,
  foreign_currency,
  foreign_rate,
  foreign_rate_date,
  category,
  label,
  value,
  extension,
  issuer_reference,   ///< the issuer's own id of the row, where the profile says that it is stable
  pending_reference,  ///< the id that the row had while it was pending, where the issuer states it
  status,
  direction,  ///< the word that says whether the amount is charged or credited
  currency,   ///< ISO 4217 code of the amount; empty: the vocabulary's
  plan_count,
  other_account,  ///< the row names this account, not the one that was asked: it is refused
  payment_month,  ///< in a list that is no statement: the month in which the row is to be paid
};
constexpr std::size_t field_count = static_cast<std::size_t>(Field::payment_month) + 1;

enum class RecordKind : std::uint8_t {
  transaction,          ///< one line of use; continuation lines of the document are folded into it
  stated_total,         ///< cells: label, value
  stated_subtotal,      ///< cells: label, value, and region where it is about one; card where about one
  component,            ///< cells: label, value, section (a ComponentKind name); card where about one
  payment_due_date,     ///< cell: value
  closing_date,         ///< cell: value
  billing_month,        ///< cells: value (the text that names it), label (where it stood)
  window_end,           ///< everything since the last one is a complete window
  statement_reference,  ///< cell: value, the issuer's own id of the statement
  statement_status,     ///< cell: value, `open` or `closed`
};
constexpr RecordKind last_record_kind = RecordKind::statement_status;

/// A card as the document shows it. Never stored as it is.
struct CardClue {
  Secret key_text;    ///< the exact text that tells this card from the others; empty: the document says nothing
  std::string name;   ///< product or brand, or the issuer's usual name; never a person's
  std::string last4;  ///< four digits, or empty
  std::string role;   ///< 本人, 家族, or empty
};

constexpr std::uint32_t no_card = 0xffffffff;

struct RawCell {
  Field field = Field::extension;
  bool pan_masked = false;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

struct RawRecord {
  RecordKind kind = RecordKind::transaction;
  std::uint64_t row = 0;         ///< line of the document, from 1
  std::uint32_t card = no_card;  ///< index into the document's cards
  std::uint32_t first_cell = 0;
  std::uint32_t cell_count = 0;
};

/// Up to `RawPageBuilder::full` records and the text that they point into. Movable, not shared.
class RawPage {
 public:
  [[nodiscard]] std::span<const RawRecord> records() const noexcept { return records_; }
  [[nodiscard]] std::span<const RawCell> cells(const RawRecord& record) const noexcept {
    return std::span(cells_).subspan(record.first_cell, record.cell_count);
  }
  [[nodiscard]] std::string_view text(const RawCell& cell) const noexcept {
    return std::string_view(text_).substr(cell.offset, cell.length);
  }
  /// The text of the record's first cell with this field; empty optional where it has none.
  [[nodiscard]] std::optional<std::string_view> find(const RawRecord& record, Field field) const noexcept;
  /// Whether any cell of the record was masked by the PAN guard.
  [[nodiscard]] bool pan_masked(const RawRecord& record) const noexcept;

  /// Stable bytes for storage, and back. `decode` refuses damaged bytes with `store_damaged`.
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static Result<RawPage> decode(std::string_view bytes);

 private:
  friend class RawPageBuilder;
  std::string text_;
  std::vector<RawCell> cells_;
  std::vector<RawRecord> records_;
};

/// Builds pages. The only way to make a record.
class RawPageBuilder {
 public:
  static constexpr std::size_t full = 1000;                        ///< records a page
  static constexpr std::size_t full_bytes = std::size_t{1} << 20;  ///< or text a page

  void begin_record(RecordKind kind, std::uint64_t row, std::uint32_t card = no_card);
  /// Free text: a card number in it is masked, all but the last four digits, and the cell is marked.
  void cell(Field field, std::string_view text);
  /// An identifier whose format was reviewed and cannot be a card number (profile entry): not scanned.
  void reviewed_id_cell(Field field, std::string_view text);
  /// Adds a cell to the record begun last (a continuation line of the document).
  [[nodiscard]] bool has_record() const noexcept { return !page_.records_.empty(); }
  /// Drops the record begun last.
  void drop_record();

  [[nodiscard]] bool is_full() const noexcept {
    return page_.records_.size() >= full || page_.text_.size() >= full_bytes;
  }
  [[nodiscard]] bool empty() const noexcept { return page_.records_.empty(); }
  /// The finished page; the builder starts a new one. With `keep_last`, the record begun last (which a
  /// continuation line may still extend) moves to the new page instead.
  [[nodiscard]] RawPage take(bool keep_last = false);

 private:
  RawPage page_;
};

}  // namespace meisai
