// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"

namespace meisai::cli {

Result<Exit> execute(const Session& session, const VersionArguments&) {
  session.print(session.json() ? json::version(MEISAI_VERSION) : "meisai " MEISAI_VERSION);
  return Exit::done;
}

}  // namespace meisai::cli
