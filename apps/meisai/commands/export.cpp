// SPDX-License-Identifier: Apache-2.0
#include <system_error>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/table.h"

namespace meisai::cli {
namespace {

/// What was written so far cannot be made undone on a stream, so a failure there is said, not hidden.
class StreamSink final : public ByteSink {
 public:
  explicit StreamSink(Output& out) : out_(out) {}
  Result<void> write(std::string_view bytes) override {
    out_.write(bytes);
    return state();
  }
  Result<void> finish() override {
    out_.flush();
    return state();
  }

 private:
  [[nodiscard]] Result<void> state() const {
    switch (out_.state()) {
      case Output::State::open:
        return {};
      case Output::State::closed_by_reader:
        return fail(Code::interrupted, "the reader closed the pipe");
      case Output::State::disk_full:
        return fail(Code::disk_full, "stdout goes to a full disk");
      case Output::State::failed:
        break;
    }
    return fail(Code::io_error, "stdout cannot be written");
  }
  Output& out_;
};

/// Ends at the next write after Ctrl-C.
class InterruptibleSink final : public ByteSink {
 public:
  InterruptibleSink(ByteSink& inner, const Environment& environment) : inner_(inner), environment_(environment) {}
  Result<void> write(std::string_view bytes) override {
    if (environment_.interrupted()) return fail(Code::interrupted, "interrupted; the export is not complete");
    return inner_.write(bytes);
  }
  Result<void> finish() override { return inner_.finish(); }

 private:
  ByteSink& inner_;
  const Environment& environment_;
};

/// An export replaces the file that it names: never one without which the store could not be opened.
Result<void> check_place(const Session& session, const std::filesystem::path& file) {
  MEISAI_ASSIGN(bool refused, kit::belongs_to_store(file, session.store_folder()));
  if (const auto key = session.key_file_named(); key && !refused) {
    std::error_code ignored;  // a name that cannot be resolved is no key file
    const auto same = [&](const std::filesystem::path& path) {
      return std::filesystem::weakly_canonical(path, ignored);
    };
    refused = same(file) == same(*key);
  }
  if (!refused) return {};
  return fail(Code::invalid_argument,
              "--out names a file of the store, its key file or its key ring; nothing was written",
              "name another file");
}

Result<ExportReport> write(const Session& session, Engine& engine, const ExportArguments& arguments) {
  StreamSink stream(session.out());
  std::unique_ptr<ByteSink> file;
  if (arguments.out) {
    MEISAI_TRY(check_place(session, *arguments.out));
    MEISAI_ASSIGN(file, kit::create_file(*arguments.out));
  }
  InterruptibleSink sink(file ? *file : stream, session.environment());
  return engine.export_to(arguments.target, arguments.filter, sink);
}

}  // namespace

Result<Exit> execute(const Session& session, const ExportArguments& arguments) {
  if (session.json() && !arguments.out)
    return fail(Code::invalid_argument, std::string(session.say(Text::export_json_needs_out)));
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const ExportReport report, write(session, *engine, arguments));
  if (session.json()) {
    session.print(json::exported(arguments.target, arguments.out->string(), report));
    return Exit::done;
  }
  const std::string rows = std::to_string(report.transactions);
  const std::string settlements = std::to_string(report.settlements);
  session.note(arguments.out ? session.say(Text::export_done, {rows, settlements, printable(arguments.out->string())})
                             : session.say(Text::export_done_stdout, {rows, settlements}));
  for (const std::string& note : report.notes) session.note(session.say(Text::export_note, {printable(note)}));
  return Exit::done;
}

}  // namespace meisai::cli
