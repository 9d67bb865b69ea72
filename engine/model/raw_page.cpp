// SPDX-License-Identifier: Apache-2.0
//
// Raw pages: one text, and cells that point into it in order. The stored form therefore needs no offsets:
// version, three sizes, then records, cells and the text, all lengths as variable-length integers.
#include "meisai/raw_page.h"

#include <limits>
#include <utility>

#include "meisai/pan_guard.h"

namespace meisai {
namespace {

constexpr char format_version = 1;
constexpr unsigned masked_bit = 0x80;
constexpr std::size_t first_page_text = std::size_t{64} << 10;

void put(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(0x80 | (value & 0x7f)));
  out.push_back(static_cast<char>(value));
}

/// Reads what `put` wrote; `ok` turns false for good at the first byte that does not fit.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte = this->byte();
      const std::uint64_t bits = byte & 0x7f;
      if (shift == 63 && bits > 1) break;
      value |= bits << shift;
      if ((byte & 0x80) == 0) {
        if (byte == 0 && shift > 0) break;  // only the shortest form of a number is ours
        return value;
      }
    }
    ok_ = false;
    return 0;
  }
  /// A count of things that take at least `least` bytes each.
  std::size_t count(std::size_t least) {
    const std::uint64_t value = number();
    if (value > rest_.size() / least) ok_ = false;
    return ok_ ? static_cast<std::size_t>(value) : 0;
  }
  unsigned byte() {
    if (rest_.empty()) {
      ok_ = false;
      return 0;
    }
    const unsigned value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<std::string_view> RawPage::find(const RawRecord& record, Field field) const noexcept {
  for (const RawCell& each : cells(record))
    if (each.field == field) return text(each);
  return std::nullopt;
}

bool RawPage::pan_masked(const RawRecord& record) const noexcept {
  for (const RawCell& each : cells(record))
    if (each.pan_masked) return true;
  return false;
}

std::string RawPage::encode() const {
  std::string out;
  out.reserve(text_.size() + cells_.size() * 2 + records_.size() * 5 + 16);
  out.push_back(format_version);
  put(out, records_.size());
  put(out, cells_.size());
  put(out, text_.size());
  for (const RawRecord& record : records_) {
    out.push_back(static_cast<char>(record.kind));
    put(out, record.row);
    put(out, record.card == no_card ? 0 : std::uint64_t{record.card} + 1);
    put(out, record.cell_count);
  }
  for (const RawCell& each : cells_) {
    out.push_back(static_cast<char>(static_cast<unsigned>(each.field) | (each.pan_masked ? masked_bit : 0)));
    put(out, each.length);
  }
  out += text_;
  return out;
}

Result<RawPage> RawPage::decode(std::string_view bytes) {
  const auto damaged = [] { return fail(Code::store_damaged, "a stored raw page does not read as one"); };
  Input in(bytes);
  if (in.byte() != static_cast<unsigned>(format_version)) return damaged();
  RawPage page;
  page.records_.resize(in.count(4));
  page.cells_.resize(in.count(2));
  const std::size_t text_size = in.count(1);
  constexpr std::uint64_t limit = std::numeric_limits<std::uint32_t>::max();
  if (!in.ok() || text_size > limit) return damaged();

  std::size_t cells = 0;
  for (RawRecord& record : page.records_) {
    const unsigned kind = in.byte();
    record.row = in.number();
    const std::uint64_t card = in.number();
    const std::uint64_t count = in.number();
    if (!in.ok() || kind > static_cast<unsigned>(last_record_kind) || card > limit ||
        count > page.cells_.size() - cells)
      return damaged();
    record.kind = static_cast<RecordKind>(kind);
    record.card = card == 0 ? no_card : static_cast<std::uint32_t>(card - 1);
    record.first_cell = static_cast<std::uint32_t>(cells);
    record.cell_count = static_cast<std::uint32_t>(count);
    cells += record.cell_count;
  }
  std::size_t offset = 0;
  for (RawCell& each : page.cells_) {
    const unsigned head = in.byte();
    const std::uint64_t length = in.number();
    if (!in.ok() || (head & ~masked_bit) >= field_count || length > text_size - offset) return damaged();
    each = {static_cast<Field>(head & ~masked_bit), (head & masked_bit) != 0, static_cast<std::uint32_t>(offset),
            static_cast<std::uint32_t>(length)};
    offset += each.length;
  }
  if (cells != page.cells_.size() || offset != text_size || in.rest().size() != text_size) return damaged();
  page.text_ = in.rest();
  return page;
}

void RawPageBuilder::begin_record(RecordKind kind, std::uint64_t row, std::uint32_t card) {
  if (page_.text_.capacity() < first_page_text) page_.text_.reserve(first_page_text);
  page_.records_.push_back({kind, row, card, static_cast<std::uint32_t>(page_.cells_.size()), 0});
}

void RawPageBuilder::cell(Field field, std::string_view text) {
  if (pan::found_in(text)) {
    std::string masked(text);
    pan::mask(masked);
    reviewed_id_cell(field, masked);
    page_.cells_.back().pan_masked = true;
    return;
  }
  reviewed_id_cell(field, text);
}

void RawPageBuilder::reviewed_id_cell(Field field, std::string_view text) {
  page_.cells_.push_back(
      {field, false, static_cast<std::uint32_t>(page_.text_.size()), static_cast<std::uint32_t>(text.size())});
  page_.text_.append(text);
  ++page_.records_.back().cell_count;
}

void RawPageBuilder::drop_record() {
  const RawRecord& last = page_.records_.back();
  if (last.cell_count > 0) page_.text_.resize(page_.cells_[last.first_cell].offset);
  page_.cells_.resize(last.first_cell);
  page_.records_.pop_back();
}

RawPage RawPageBuilder::take(bool keep_last) {
  RawPageBuilder next;
  if (keep_last && has_record()) {
    const RawRecord& last = page_.records_.back();
    next.begin_record(last.kind, last.row, last.card);
    for (const RawCell& each : page_.cells(last)) {
      next.reviewed_id_cell(each.field, page_.text(each));  // masked already
      next.page_.cells_.back().pan_masked = each.pan_masked;
    }
    drop_record();
  }
  return std::exchange(page_, std::move(next.page_));
}

}  // namespace meisai
