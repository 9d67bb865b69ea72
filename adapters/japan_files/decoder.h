// SPDX-License-Identifier: Apache-2.0
//
// Bytes of one document become UTF-8. The encoding is not declared anywhere, and users re-save files, so it is
// decided from the bytes: a byte order mark, else strict UTF-8 over up to 64 KiB from the first byte that is
// not ASCII, else CP932. Afterwards nothing else is accepted: half-understood text is never handed on.
#pragma once

#include <string>
#include <string_view>

#include "adapters/japan_files/utf8.h"
#include "meisai/error.h"

namespace meisai::japan_files {

class Decoder {
 public:
  static constexpr std::size_t window = std::size_t{64} << 10;

  /// Appends the text of `bytes` to `out`, as far as it is decided; any split appends the same in the end.
  /// On `not_text` or `mixed_encodings` the text before the offending line's end or byte is in `out`, so the
  /// line that it stands in is the last one there; an offence before the decision carries its line.
  [[nodiscard]] Result<void> feed(std::string_view bytes, std::string& out);
  /// Decides now with what is there, as if the window were full.
  [[nodiscard]] Result<void> decide(std::string& out);
  [[nodiscard]] Result<void> finish(std::string& out);

  /// After `finish`: the document ended inside a character, which is dropped.
  [[nodiscard]] bool cut_inside_character() const noexcept { return cut_; }
  [[nodiscard]] std::string_view encoding() const noexcept { return state_ == State::cp932 ? "CP932" : "UTF-8"; }

 private:
  enum class State { start, ascii, undecided, utf8, cp932 };

  Result<void> step(std::string_view bytes, std::string& out);
  Result<void> step_undecided(std::string_view bytes, std::string& out);
  Result<void> step_utf8(std::string_view bytes, std::string& out);
  Result<void> step_cp932(std::string_view bytes, std::string& out);
  bool append_cp932(std::string_view line_part, std::string& out);

  State state_ = State::start;
  std::string held_;  // a possible byte order mark, the window, or the start of a character
  std::string scratch_;
  LineIsUtf8 line_;
  bool cut_ = false;
};

}  // namespace meisai::japan_files
