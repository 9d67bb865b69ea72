// SPDX-License-Identifier: Apache-2.0
//
// `issuers`: whose files can be read, and at whose API we are registered. What files can be read needs no
// store; registrations stand in one.
#include <algorithm>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

constexpr std::uint64_t largest_profile = std::uint64_t{1} << 20U;

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

std::string name_in(const Session& session, const std::string& ja, const std::string& en) {
  return session.language() == Language::ja ? ja : en;
}

/// Registrations, where there is a store whose key needs no asking for. `issuers` is for looking around, so a store
/// that is not there is no failure.
Result<std::vector<RegisteredIssuer>> registrations(const Session& session) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(session.store_folder(), ignored)) return {};
  if (!session.key_file_named()) {
    session.note(session.say(Text::issuers_need_store));
    return {};
  }
  auto engine = session.open_store();
  if (engine) return (*engine)->registrations();
  if (engine.error().code == Code::store_missing) return {};
  return tl::unexpected(std::move(engine).error());
}

void print_layouts(const Session& session, std::span<const LayoutInfo> layouts) {
  if (layouts.empty()) return;
  Table table({{head(session, Text::col_id)},
               {head(session, Text::col_name)},
               {head(session, Text::col_layout)},
               {head(session, Text::col_since)},
               {head(session, Text::col_certainty)}});
  for (const LayoutInfo& layout : layouts)
    table.add({layout.issuer.text(), name_in(session, layout.name_ja, layout.name_en), layout.layout,
               layout.since.empty() ? "–" : layout.since, word(session, layout.certainty)});
  print_table(session, table);
}

void print_registered(const Session& session, std::span<const RegisteredIssuer> registered) {
  if (registered.empty()) return;
  session.print(toned(session.say(Text::issuers_registered), Tone::head, session.colors()));
  Table table({{head(session, Text::col_id)},
               {head(session, Text::col_name), Align::left, true},
               {head(session, Text::col_family)},
               {head(session, Text::col_longest)},
               {head(session, Text::col_limits)},
               {head(session, Text::col_certainty)}});
  for (const RegisteredIssuer& issuer : registered) {
    const IssuerProfile& p = issuer.profile;
    table.add({p.id.text(), name_in(session, p.name_ja, p.name_en), p.family + " " + p.api_version,
               session.say(Text::issuers_days, {std::to_string(p.consent.longest.count())}),
               session.say(Text::issuers_limits,
                           {std::to_string(p.limits.history.count()), std::to_string(p.limits.longest_query.count()),
                            std::to_string(p.limits.most_pages)}),
               word(session, certainty_of(p))});
  }
  print_table(session, table);
}

Result<std::string> read_profile(const std::filesystem::path& file) {
  MEISAI_ASSIGN(const std::unique_ptr<ByteSource> source, kit::open_document(file));
  std::string text;
  std::string buffer(std::size_t{1} << 16U, '\0');
  for (;;) {
    MEISAI_ASSIGN(const std::size_t count, source->read(std::span(buffer.data(), buffer.size())));
    if (count == 0) return text;
    if (text.size() + count > largest_profile)
      return fail(Code::profile_not_valid, "the file is larger than 1 MiB: this is no issuer profile");
    text.append(buffer, 0, count);
  }
}

/// The profile is read before anything is stored, so that a file of another issuer is not taken for this one's.
Result<void> check_profile(const Session& session, const RegistrationRequest& request, const IssuerId& expected) {
  const EnginePorts ports = session.environment().wiring.memory_ports(session.options().now);
  if (!ports.profiles) return {};
  MEISAI_ASSIGN(const IssuerProfile profile, ports.profiles->read(request.profile_text, request.profile_name));
  if (profile.id == expected) return {};
  return fail(Code::invalid_argument, "the profile is that of '" + profile.id.text() + "'",
              "name that issuer, or give its own profile", Retry::after_user);
}

}  // namespace

Result<Exit> execute(const Session& session, const IssuersArguments& arguments) {
  std::vector<LayoutInfo> layouts = session.open_memory()->layouts();
  MEISAI_ASSIGN(std::vector<RegisteredIssuer> registered, registrations(session));
  if (arguments.only) {
    std::erase_if(layouts, [&](const LayoutInfo& layout) { return layout.issuer != *arguments.only; });
    std::erase_if(registered, [&](const RegisteredIssuer& r) { return r.registration.issuer != *arguments.only; });
    if (layouts.empty() && registered.empty())
      return fail(Code::not_found, session.say(Text::issuers_unknown, {arguments.only->text()}));
  }
  if (session.json()) {
    session.print(json::issuers(layouts, registered));
    return Exit::done;
  }
  print_layouts(session, layouts);
  if (!layouts.empty() && !registered.empty()) session.print("");
  print_registered(session, registered);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const IssuersRegisterArguments& arguments) {
  RegistrationRequest request;
  request.profile_name = arguments.profile.filename().string();
  MEISAI_ASSIGN(request.profile_text, read_profile(arguments.profile));
  request.client_id = arguments.client_id;
  request.key_id = arguments.key_id;
  if (arguments.client_key) {
    MEISAI_ASSIGN(request.client_key, kit::read_client_key(*arguments.client_key));
  }
  MEISAI_TRY(check_profile(session, request, arguments.issuer));
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const RegisteredIssuer registered, engine->register_issuer(request));
  if (session.json()) {
    session.print(json::issuers({}, std::span(&registered, 1)));
    return Exit::done;
  }
  const IssuerProfile& profile = registered.profile;
  session.print(
      session.say(Text::issuers_registered_done, {printable(name_in(session, profile.name_ja, profile.name_en)),
                                                  profile.id.text(), printable(registered.registration.client_id)}));
  session.note(session.say(Text::issuers_link_next, {profile.id.text()}));
  return Exit::done;
}

}  // namespace meisai::cli
