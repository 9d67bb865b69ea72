// SPDX-License-Identifier: Apache-2.0
//
// Where text goes: a descriptor, or a string in tests. Written without iostreams, because a command line
// that starts in milliseconds has no use for them, and because the three ends of a pipe (open, closed by
// its reader, failed) must be told apart: a closed pipe ends quietly, a full disk does not.
#pragma once

#include <string>
#include <string_view>

namespace meisai::cli {

class Output {
 public:
  enum class State { open, closed_by_reader, failed, disk_full };

  virtual ~Output() = default;
  /// Takes text; after the state left `open` it is dropped.
  virtual void write(std::string_view text) = 0;
  /// Hands on what is buffered.
  virtual void flush() = 0;
  [[nodiscard]] virtual State state() const noexcept = 0;
};

/// A descriptor (not closed), with a buffer of 64 KiB. `buffered` false: each write goes out at once.
class DescriptorOutput final : public Output {
 public:
  explicit DescriptorOutput(int descriptor, bool buffered) : descriptor_(descriptor), buffered_(buffered) {}
  DescriptorOutput(const DescriptorOutput&) = delete;
  DescriptorOutput& operator=(const DescriptorOutput&) = delete;
  ~DescriptorOutput() override { flush(); }

  void write(std::string_view text) override;
  void flush() override;
  [[nodiscard]] State state() const noexcept override { return state_; }

 private:
  void push(std::string_view bytes);
  int descriptor_;
  bool buffered_;
  State state_ = State::open;
  std::string buffer_;
};

class StringOutput final : public Output {
 public:
  void write(std::string_view text) override { text_ += text; }
  void flush() override {}
  [[nodiscard]] State state() const noexcept override { return State::open; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// The four things that a command line writes to and knows of its terminal.
struct Streams {
  Output& out;
  Output& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int columns = 0;  ///< width of the terminal that `out` is; 0: not known, never cut
};

}  // namespace meisai::cli
