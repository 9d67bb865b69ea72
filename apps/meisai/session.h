// SPDX-License-Identifier: Apache-2.0
//
// One run of the command line: where it writes, what it was asked, and how it reaches an engine. Everything
// from outside comes in through Environment, so that tests run commands in their own process with captured
// streams, a typed passphrase and an adapter of their own.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "apps/meisai/arguments.h"
#include "apps/meisai/exit.h"
#include "apps/meisai/output.h"
#include "meisai/engine.h"
#include "meisai/kit.h"

namespace meisai::cli {

/// How engines are put together; by default as apps/kit does it.
struct Wiring {
  using StorePorts =
      std::function<Result<EnginePorts>(const std::filesystem::path&, KeyProvider&, std::optional<Instant>)>;
  StorePorts store_ports = kit::store_ports;
  StorePorts gate_ports = kit::gate_ports;
  std::function<EnginePorts(std::optional<Instant>)> memory_ports = kit::memory_ports;
};

struct Environment {
  std::function<std::optional<std::string>(const char* name)> variable;
  /// Asks on the terminal without echo. Fails where there is no terminal.
  std::function<Result<Secret>(std::string_view prompt)> ask_secret;
  std::function<bool()> interrupted;
  std::function<std::chrono::milliseconds()> monotonic;
  std::filesystem::path program;  ///< the executable, to find what is installed beside it
  Wiring wiring = {};
};

class Session {
 public:
  Session(Streams streams, const Environment& environment, GlobalOptions options)
      : streams_(streams), environment_(environment), options_(std::move(options)) {}

  [[nodiscard]] const GlobalOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Environment& environment() const noexcept { return environment_; }
  [[nodiscard]] const Streams& streams() const noexcept { return streams_; }
  [[nodiscard]] Output& out() const noexcept { return streams_.out; }
  [[nodiscard]] Language language() const noexcept { return options_.language; }
  [[nodiscard]] bool json() const noexcept { return options_.json; }
  /// Whether stdout may carry colours.
  [[nodiscard]] bool colors() const;

  [[nodiscard]] std::string_view say(Text text) const { return cli::say(text, language()); }
  [[nodiscard]] std::string say(Text text, std::initializer_list<std::string_view> arguments) const {
    return cli::say(text, language(), arguments);
  }
  /// A line on stdout.
  void print(std::string_view line) const;
  /// A line on stderr, unless --quiet.
  void note(std::string_view line) const;
  /// `meisai: error: ...`, `meisai: where: ...`, `meisai: hint: ...` on stderr. `store`: the place of an error
  /// that has none of its own.
  void report(const Error& error, const std::string& store = {}) const;

  [[nodiscard]] std::filesystem::path store_folder() const;
  /// The key file that option or environment names.
  [[nodiscard]] std::optional<std::filesystem::path> key_file_named() const;
  /// The key as named by option, environment or terminal, for opening or (`create`) choosing one.
  [[nodiscard]] Result<std::unique_ptr<KeyProvider>> key(bool create) const;
  [[nodiscard]] Result<std::unique_ptr<Engine>> open_store() const;
  /// Control and gate only: what incidents need, also where the ledger cannot be opened.
  [[nodiscard]] Result<std::unique_ptr<Engine>> open_gate() const;
  [[nodiscard]] std::unique_ptr<Engine> open_memory() const;

 private:
  [[nodiscard]] Result<std::unique_ptr<Engine>> open(const Wiring::StorePorts& wire) const;

  Streams streams_;
  const Environment& environment_;
  GlobalOptions options_;
};

}  // namespace meisai::cli
