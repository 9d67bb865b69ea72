// SPDX-License-Identifier: Apache-2.0
//
// Commands that change what the person says of a transaction: edit, undo.
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

Exit show_layer(const Session& session, const Transaction& row, Text done) {
  if (session.json()) {
    session.print(json::transaction_shown(row, std::nullopt));
    return Exit::done;
  }
  session.print(session.say(done, {row.id.text()}));
  const auto fields = layer_fields(session, row);
  if (fields.empty()) session.print(session.say(Text::edit_nothing_left));
  print_fields(session, fields);
  return Exit::done;
}

}  // namespace

Result<Exit> execute(const Session& session, const EditArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Transaction row, engine->annotate(arguments.id, arguments.edit));
  return show_layer(session, row, Text::edit_done);
}

Result<Exit> execute(const Session& session, const UndoEditArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Transaction row, engine->undo_annotation(arguments.id));
  return show_layer(session, row, Text::edit_undone);
}

}  // namespace meisai::cli
