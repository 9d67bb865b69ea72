// SPDX-License-Identifier: Apache-2.0
//
// Commands about what was kept aside: held batches and the quarantine.
#include <CLI/CLI.hpp>

#include "apps/meisai/argument_reader.h"

namespace meisai::cli {

void Reader::declare_holds() {
  CLI::App* holds =
      command(*app_, "holds", Text::cmd_holds, "meisai holds", [this] { return HoldsArguments{raw_.all}; });
  flag(holds, "--all", raw_.all, Text::opt_holds_all);
  const auto named = [this] { return id<HoldId>(raw_.id, "ID").value_or(HoldId{}); };

  CLI::App* show = command(*holds, "show", Text::cmd_holds_show, "meisai holds show ID",
                           [named] { return HoldShowArguments{named()}; });
  option(show, "id", raw_.id, Text::opt_id, "ID")->required();

  CLI::App* accept = command(*holds, "accept", Text::cmd_holds_accept, "meisai holds accept ID", [this, named] {
    HoldAcceptArguments made{.id = named(), .answer = {.card = {}, .new_card = raw_.new_card}};
    if (!raw_.card.empty()) made.answer.card = free_text(raw_.card, "--card");
    if (made.answer.card && made.answer.new_card) wrong("--card and --new-card exclude each other");
    return made;
  });
  option(accept, "id", raw_.id, Text::opt_id, "ID")->required();
  option(accept, "--card", raw_.card, Text::opt_import_card, "LABEL");
  flag(accept, "--new-card", raw_.new_card, Text::opt_new_card);

  CLI::App* discard = command(*holds, "discard", Text::cmd_holds_discard, "meisai holds discard ID",
                              [named] { return HoldDiscardArguments{named()}; });
  option(discard, "id", raw_.id, Text::opt_id, "ID")->required();

  command(*app_, "quarantine", Text::cmd_quarantine, "meisai quarantine", [] { return QuarantineArguments{}; });

  CLI::App* replay = command(*app_, "replay", Text::cmd_replay, "meisai replay --apply", [this] {
    return ReplayArguments{.issuer = id<IssuerId>(raw_.issuer, "--issuer"), .apply = raw_.apply};
  });
  option(replay, "--issuer", raw_.issuer, Text::opt_replay_issuer, "ID");
  flag(replay, "--apply", raw_.apply, Text::opt_replay_apply);
}

}  // namespace meisai::cli
