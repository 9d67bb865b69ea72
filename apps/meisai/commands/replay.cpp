// SPDX-License-Identifier: Apache-2.0
//
// Stored raw records, read again by this version.
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

void print_differences(const Session& session, const ReplayReport& report) {
  if (report.differences.empty()) return;
  Table table({{head(session, Text::col_id)},
               {head(session, Text::col_field)},
               {head(session, Text::col_before), Align::left, true},
               {head(session, Text::col_after), Align::left, true}});
  for (const ReplayReport::Difference& one : report.differences)
    table.add({one.id.empty() ? head(session, Text::replay_new) : one.id.text(), one.field, one.before, one.after});
  print_table(session, table);
}

bool leaves_something(const ReplayReport& report) {
  return report.unknown_layouts != 0 || report.no_longer_read != 0 || report.still_rejected != 0;
}

void print_left(const Session& session, const ReplayReport& report) {
  const std::pair<Text, std::uint64_t> notes[] = {{Text::replay_without_records, report.without_records},
                                                  {Text::replay_unknown_layouts, report.unknown_layouts},
                                                  {Text::replay_no_longer_read, report.no_longer_read},
                                                  {Text::replay_still_rejected, report.still_rejected}};
  for (const auto& [text, count] : notes)
    if (count != 0) session.note(session.say(text, {std::to_string(count)}));
}

}  // namespace

Result<Exit> execute(const Session& session, const ReplayArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const ReplayReport report, engine->replay(arguments.issuer, arguments.apply));
  const Exit exit = leaves_something(report) ? Exit::partial : Exit::done;
  if (session.json()) {
    session.print(json::replay(report));
    return exit;
  }
  print_differences(session, report);
  session.print(
      session.say(report.applied ? Text::replay_did : Text::replay_would,
                  {std::to_string(report.documents), std::to_string(report.modified), std::to_string(report.added),
                   std::to_string(report.released), std::to_string(report.unchanged)}));
  print_left(session, report);
  const bool would_change = report.modified + report.added + report.released != 0;
  if (!report.applied && would_change) session.print(session.say(Text::replay_next));
  return exit;
}

}  // namespace meisai::cli
