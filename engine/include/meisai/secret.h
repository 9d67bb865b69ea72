// SPDX-License-Identifier: Apache-2.0
//
// Memory for what must not leak: zeroed when released, not copyable, not printable. There is no
// operator<<, no formatter and no conversion to std::string; `reveal` is the one way in, easy to grep.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meisai {

/// Overwrites memory in a way that the compiler may not drop.
void wipe(std::span<std::byte> memory) noexcept;

/// Owned secret bytes (a key, a passphrase, a card cell). Move-only; a moved-from one is empty.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::byte> bytes);
  explicit Secret(std::string_view text);
  /// Takes the memory over as it is: no copy is made, none is left.
  explicit Secret(std::vector<std::byte>&& bytes) noexcept : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// A second owner, made on purpose.
  [[nodiscard]] Secret clone() const { return Secret(reveal()); }
  [[nodiscard]] std::span<const std::byte> reveal() const noexcept { return bytes_; }
  [[nodiscard]] std::string_view reveal_text() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace meisai
