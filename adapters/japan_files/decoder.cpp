// SPDX-License-Identifier: Apache-2.0
#include "adapters/japan_files/decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "adapters/japan_files/cp932.h"

namespace meisai::japan_files {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

tl::unexpected<Error> mixed() {
  return fail(Code::mixed_encodings, "the line is not in the encoding of the lines before it",
              "save the file again in one encoding, or download it once more");
}
tl::unexpected<Error> no_text(std::string what) {
  return fail(Code::not_text, std::move(what), "download the file once more; it must be CSV in UTF-8 or CP932");
}

std::size_t ascii_prefix(std::string_view bytes) noexcept {
  std::size_t at = 0;
  std::uint64_t eight = 0;
  while (bytes.size() - at >= 8 && (std::memcpy(&eight, bytes.data() + at, 8), (eight & 0x8080808080808080u) == 0))
    at += 8;
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
  return at;
}

/// Bytes that are whole CP932 characters; `broken` as in check_utf8.
Utf8Check check_cp932(std::string_view bytes) noexcept {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (is_cp932_single(byte)) {
      ++at;
      continue;
    }
    if (!is_cp932_lead(byte)) return {at, true};
    if (at + 1 == bytes.size()) return {at, false};
    if (cp932_pair(byte, static_cast<unsigned char>(bytes[at + 1])) == 0) return {at, true};
    at += 2;
  }
  return {bytes.size(), false};
}

/// Bytes that are neither encoding as a whole: the first line that is neither by itself says which fault it is.
tl::unexpected<Error> neither(std::string_view bytes, std::size_t lines_before) {
  std::uint64_t line = lines_before + 1;
  bool text_so_far = false;
  bool utf8_so_far = true;
  bool cp932_so_far = true;
  for (std::size_t at = 0; at < bytes.size(); ++line) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string_view part = bytes.substr(at, end - at);
    const bool last = end == bytes.size();
    const Utf8Check as_utf8 = check_utf8(part);
    const Utf8Check as_cp932 = check_cp932(part);
    utf8_so_far = utf8_so_far && (as_utf8.valid == part.size() || (last && !as_utf8.broken));
    cp932_so_far = cp932_so_far && (as_cp932.valid == part.size() || (last && !as_cp932.broken));
    if (!utf8_so_far && !cp932_so_far) break;
    text_so_far = text_so_far || ascii_prefix(part) < part.size();
    at = end + 1;
  }
  auto failure = text_so_far ? mixed() : no_text("the bytes are neither UTF-8 nor CP932 text");
  failure.value().where.row = line;
  return failure;
}

}  // namespace

Result<void> Decoder::feed(std::string_view bytes, std::string& out) {
  const std::size_t zero = bytes.find('\0');
  if (zero == std::string_view::npos) return step(bytes, out);
  MEISAI_TRY(step(bytes.substr(0, zero), out));
  auto failure = no_text("the file holds a zero byte, so it is no text file");
  if (state_ == State::undecided) {
    const auto lines = std::count(out.begin(), out.end(), '\n') + std::count(held_.begin(), held_.end(), '\n');
    failure.value().where.row = static_cast<std::uint64_t>(lines) + 1;
  }
  return failure;
}

Result<void> Decoder::decide(std::string& out) {
  if (state_ == State::start) {
    state_ = State::ascii;
    return step(std::exchange(held_, {}), out);
  }
  if (state_ != State::undecided) return {};
  if (!check_utf8(held_).broken) {
    state_ = State::utf8;
  } else if (!check_cp932(held_).broken) {
    state_ = State::cp932;
  } else {
    return neither(held_, static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')));
  }
  return step(std::exchange(held_, {}), out);
}

Result<void> Decoder::finish(std::string& out) {
  MEISAI_TRY(decide(out));
  MEISAI_TRY(decide(out));  // a start that was no byte order mark may have opened the window
  cut_ = !held_.empty();
  if (state_ == State::cp932 && line_.end_line()) return mixed();
  return {};
}

Result<void> Decoder::step(std::string_view bytes, std::string& out) {
  std::string joined;
  if (!held_.empty() && state_ != State::undecided) {
    joined = std::exchange(held_, {});
    joined += bytes;
    bytes = joined;
  }
  if (bytes.empty()) return {};
  if (state_ == State::start) {
    if (bytes.size() < byte_order_mark.size() && byte_order_mark.starts_with(bytes)) {
      held_ = bytes;
      return {};
    }
    const bool marked = bytes.starts_with(byte_order_mark);
    if (marked) bytes.remove_prefix(byte_order_mark.size());
    state_ = marked ? State::utf8 : State::ascii;
  }
  if (state_ == State::ascii) {
    const std::size_t plain = ascii_prefix(bytes);
    out.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) return {};
    state_ = State::undecided;
  }
  if (state_ == State::undecided) return step_undecided(bytes, out);
  return state_ == State::utf8 ? step_utf8(bytes, out) : step_cp932(bytes, out);
}

Result<void> Decoder::step_undecided(std::string_view bytes, std::string& out) {
  const std::size_t room = window - held_.size();
  held_.append(bytes.substr(0, room));
  if (bytes.size() < room) return {};
  MEISAI_TRY(decide(out));
  return step(bytes.substr(room), out);
}

Result<void> Decoder::step_utf8(std::string_view bytes, std::string& out) {
  const Utf8Check check = check_utf8(bytes);
  out.append(bytes.substr(0, check.valid));
  if (check.broken) return mixed();
  held_ = bytes.substr(check.valid);
  return {};
}

Result<void> Decoder::step_cp932(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    std::string_view part = bytes.substr(0, newline);
    if (newline == std::string_view::npos) {  // the last byte may be the first of two
      const Utf8Check check = check_cp932(part);
      if (!check.broken && check.valid < part.size()) held_ = part.substr(check.valid);
      part.remove_suffix(held_.size());
    }
    line_.feed(part);
    if (!append_cp932(part, out)) return mixed();
    if (newline == std::string_view::npos) return {};
    if (line_.end_line()) return mixed();
    out.push_back('\n');
    bytes.remove_prefix(newline + 1);
  }
  return {};
}

bool Decoder::append_cp932(std::string_view part, std::string& out) {
  constexpr std::size_t most = 3;  // bytes of UTF-8 for one byte of CP932
  if (scratch_.size() < part.size() * most) scratch_.resize(part.size() * most);
  char* to = scratch_.data();
  const auto put = [&to](char16_t c) {
    if (c >= 0x800) {
      *to++ = static_cast<char>(0xe0 | (c >> 12));
      *to++ = static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    } else {
      *to++ = static_cast<char>(0xc0 | (c >> 6));
    }
    *to++ = static_cast<char>(0x80 | (c & 0x3f));
  };
  bool valid = true;
  for (std::size_t at = 0; at < part.size() && valid;) {
    const auto byte = static_cast<unsigned char>(part[at]);
    if (byte < 0x80) {
      *to++ = part[at++];
    } else if (is_cp932_single(byte)) {
      put(static_cast<char16_t>(0xff61 + (byte - 0xa1)));
      ++at;
    } else {
      const char16_t c = is_cp932_lead(byte) && at + 1 < part.size()
                             ? cp932_pair(byte, static_cast<unsigned char>(part[at + 1]))
                             : u'\0';
      valid = c != 0;
      if (valid) put(c);
      at += 2;
    }
  }
  out.append(scratch_.data(), static_cast<std::size_t>(to - scratch_.data()));
  return valid;
}

}  // namespace meisai::japan_files
