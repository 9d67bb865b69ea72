// SPDX-License-Identifier: Apache-2.0
#include "normalizers/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <new>
#include <utility>

namespace meisai::normalizers {
namespace {

constexpr std::size_t most_entries = 65'536;
constexpr std::size_t most_bytes = std::size_t{4} << 20;
constexpr std::size_t longest_remembered = 512;  // NFKC makes at most eleven times of it: sizes fit 16 bits
constexpr std::size_t first_slots = 1024;

/// ICU's NFKC tables; loaded once, shared, never freed.
const icu::Normalizer2& nfkc() {
  static const icu::Normalizer2* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* const found = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status) || found == nullptr) throw std::bad_alloc();  // the data is linked in: only memory can lack
    return found;
  }();
  return *instance;
}

/// Bytes of the white space at the start of `text`: White_Space of Unicode, as far as NFKC leaves it.
std::size_t white_space(std::string_view text) noexcept {
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (text.starts_with("\u0085") || text.starts_with("\u00a0")) return 2;
  for (const std::string_view each : {"\u3000", "\u1680", "\u2028", "\u2029", "\u202f", "\u205f"})
    if (text.starts_with(each)) return each.size();
  if (text.size() >= 3 && text.starts_with("\xe2\x80") && static_cast<unsigned char>(text[2]) <= 0x8a) return 3;
  return 0;
}

std::string with_single_spaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    // White space starts with one of these bytes; everything else is copied without a closer look.
    const bool candidate = byte <= 0x20 || byte == 0xc2 || (byte >= 0xe1 && byte <= 0xe3);
    const std::size_t length = candidate ? white_space(text.substr(at)) : 0;
    if (length > 0) {
      space = !out.empty();
      at += length;
      continue;
    }
    if (space) out.push_back(' ');
    space = false;
    out.push_back(text[at++]);
  }
  return out;
}

}  // namespace

std::string normalized_text(std::string_view raw) {
  bool ascii = true;
  for (const char c : raw) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  if (ascii) return with_single_spaces(raw);
  std::string composed;
  composed.reserve(raw.size() + raw.size() / 2);
  icu::StringByteSink<std::string> sink(&composed);
  UErrorCode status = U_ZERO_ERROR;
  nfkc().normalizeUTF8(0, icu::StringPiece(raw.data(), static_cast<std::int32_t>(raw.size())), sink, nullptr, status);
  if (U_FAILURE(status)) throw std::bad_alloc();
  return with_single_spaces(composed);
}

TextMemo::Slot& TextMemo::slot_of(std::string_view raw, std::uint32_t hash) {
  const std::size_t last = slots_.size() - 1;
  for (std::size_t i = hash & last;; i = (i + 1) & last) {
    Slot& slot = slots_[i];
    const bool same = slot.hash == hash && std::string_view(texts_).substr(slot.at, slot.raw_bytes) == raw;
    if (same || slot.raw_bytes == 0) return slot;
  }
}

/// For one more entry of so many bytes.
void TextMemo::make_room(std::size_t bytes) {
  if (taken_ == most_entries || texts_.size() + bytes > most_bytes) {
    slots_.assign(slots_.size(), Slot());
    texts_.clear();
    taken_ = 0;
  }
  if (taken_ * 2 < slots_.size()) return;
  const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(std::max(slots_.size() * 2, first_slots)));
  for (const Slot& slot : before)
    if (slot.raw_bytes != 0) slot_of(std::string_view(texts_).substr(slot.at, slot.raw_bytes), slot.hash) = slot;
}

std::string_view TextMemo::normalized(std::string_view raw) {
  if (raw.empty() || raw.size() > longest_remembered) return unremembered_ = normalized_text(raw);
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(raw));
  if (!slots_.empty())
    if (const Slot& known = slot_of(raw, hash); known.raw_bytes != 0)
      return std::string_view(texts_).substr(known.at + known.raw_bytes, known.form_bytes);
  const std::string form = normalized_text(raw);
  make_room(raw.size() + form.size());
  const std::size_t at = texts_.size();
  slot_of(raw, hash) = {hash, static_cast<std::uint32_t>(at), static_cast<std::uint16_t>(raw.size()),
                        static_cast<std::uint16_t>(form.size())};
  ++taken_;
  texts_.append(raw).append(form);
  return std::string_view(texts_).substr(at + raw.size());
}

}  // namespace meisai::normalizers
