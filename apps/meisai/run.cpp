// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/run.h"

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"

namespace meisai::cli {
namespace {

Language language_of(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const auto value = environment.variable(name); value && !value->empty())
      return value->starts_with("ja") ? Language::ja : Language::en;
  return Language::en;
}

/// Failures of the store as a whole, whose place is its folder.
bool is_about_the_store(Code code) {
  switch (exit_of(code)) {
    case Exit::store_missing:
    case Exit::store_busy:
    case Exit::wrong_key:
    case Exit::sealed:
    case Exit::store_unsound:
    case Exit::hold:
    case Exit::storage:
    case Exit::cutoff:
    case Exit::configuration:
      return true;
    default:
      return code == Code::store_exists || code == Code::not_simulated;
  }
}

/// The one place where a failure becomes words and a number.
Exit failed(const Session& session, const Error& error) {
  if (session.streams().out.state() == Output::State::closed_by_reader) return exit_of(error.code);  // nobody listens
  const bool names_place = !error.where.empty() || !is_about_the_store(error.code);
  const std::string store = names_place ? std::string() : session.store_folder().string();
  if (session.json()) {
    session.print(json::error(error, store));
  } else {
    session.report(error, store);
  }
  return exit_of(error.code);
}

Exit perform(const Session& session, const Command& command) {
  const Result<Exit> result = std::visit([&](const auto& arguments) { return execute(session, arguments); }, command);
  return result ? *result : failed(session, result.error());
}

Exit flushed(const Session& session, Exit exit) {
  session.out().flush();
  switch (session.out().state()) {
    case Output::State::open:
    case Output::State::closed_by_reader:
      return exit;
    case Output::State::disk_full:
      session.report(Error{.code = Code::disk_full, .what = "stdout goes to a full disk"});
      return Exit::storage;
    case Output::State::failed:
      break;
  }
  session.report(Error{.code = Code::io_error, .what = "stdout cannot be written"});
  return Exit::storage;
}

}  // namespace

Exit run(std::span<const std::string> arguments, Streams streams, const Environment& environment) {
  const Invocation invocation = parse(arguments, language_of(environment));
  const Session session(streams, environment, invocation.global);
  if (const auto* help = std::get_if<HelpText>(&invocation.what)) {
    streams.out.write(help->text);
    return flushed(session, Exit::done);
  }
  if (const auto* error = std::get_if<Error>(&invocation.what)) return flushed(session, failed(session, *error));
  return flushed(session, perform(session, std::get<Command>(invocation.what)));
}

}  // namespace meisai::cli
