// SPDX-License-Identifier: Apache-2.0
//
// `init`: the encrypted store, its key ring, and a key. Nothing is overwritten, and a failure leaves
// nothing behind, not even the new key file.
#include <system_error>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/table.h"

namespace meisai::cli {
namespace {

Result<std::unique_ptr<KeyProvider>> key_for(const Session& session, const InitArguments& arguments) {
  if (!arguments.new_key_file) return session.key(true);
  if (session.options().key_file)
    return fail(Code::invalid_argument,
                "--key-file names a key that exists, --new-key-file makes one: give one of them");
  MEISAI_ASSIGN(const bool in_store, kit::belongs_to_store(*arguments.new_key_file, session.store_folder()));
  if (in_store)
    return fail(Code::invalid_argument, "the key file would lie inside the store, and in its backups",
                "name a place outside of the store's folder with --new-key-file");
  MEISAI_TRY(kit::write_key_file(*arguments.new_key_file));
  return kit::key_file(*arguments.new_key_file);
}

}  // namespace

Result<Exit> execute(const Session& session, const InitArguments& arguments) {
  if (session.options().now && !arguments.simulated)
    return fail(Code::not_simulated, "--now needs --simulated", "leave --now out, or make a store for trying out");
  kit::StoreOptions options;
  options.folder = session.store_folder();
  options.key_ring = arguments.key_ring.value_or(kit::default_key_ring());
  options.mode = arguments.mode;
  options.simulated = arguments.simulated;

  MEISAI_ASSIGN(const std::unique_ptr<KeyProvider> key, key_for(session, arguments));
  if (auto created = kit::create_store(options, *key, session.options().now); !created) {
    std::error_code ignored;
    if (arguments.new_key_file) std::filesystem::remove(*arguments.new_key_file, ignored);
    return tl::unexpected(std::move(created).error());
  }

  json::InitReport report{.store = options.folder.string(),
                          .key_ring = options.key_ring.string(),
                          .mode = options.mode,
                          .simulated = options.simulated};
  if (arguments.new_key_file) report.key_file = arguments.new_key_file->string();
  if (session.json()) {
    session.print(json::initialized(report));
    return Exit::done;
  }
  session.print(session.say(Text::init_done, {printable(report.store)}));
  if (!report.key_file.empty()) session.print(session.say(Text::init_key_file, {printable(report.key_file)}));
  session.print(session.say(Text::init_key_ring, {printable(report.key_ring)}));
  session.note(session.say(Text::init_next));
  return Exit::done;
}

}  // namespace meisai::cli
