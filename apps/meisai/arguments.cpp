// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "apps/meisai/argument_reader.h"
#include "meisai/pan_guard.h"

namespace meisai::cli {
namespace {

Error usage(std::string what, std::string remedy = {}) {
  return Error{.code = Code::invalid_argument, .what = std::move(what), .remedy = std::move(remedy)};
}

/// Nothing but white space, also the wide one of Japanese keyboards.
bool is_blank(std::string_view text) {
  constexpr std::string_view wide = "\xe3\x80\x80";
  while (!text.empty()) {
    if (text.starts_with(wide)) {
      text.remove_prefix(wide.size());
    } else if (text.front() == ' ' || text.front() == '\t') {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

bool may_be_blank(std::string_view option) {
  return option == "since" || option == "note" || option == "category" || option == "merchant";
}

}  // namespace

void Reader::wrong(std::string what, std::string remedy) {
  if (!error_) error_ = usage(std::move(what), std::move(remedy));
}

std::optional<EndTerms> Reader::end_terms(const std::string& text, const char* name) {
  const auto named = end_terms_named(text);
  if (!named && !text.empty()) wrong(std::string(name) + " is keep, seal or erase");
  return named;
}

/// A text of the person's own that is stored: one line, no control characters, no card number (I5).
std::string Reader::free_text(const std::string& text, const char* name) {
  const bool printable = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (error_) return text;
  if (text.empty() || text.size() > 400 || !printable) {
    error_ = usage(std::string(name) + " takes one line of 1 to 400 bytes");
  } else if (pan::found_in(text)) {
    error_ = Error{.code = Code::pan_detected, .what = std::string(name) + " holds a card number; nothing was stored"};
  }
  return text;
}

TransactionFilter Reader::filter() {
  TransactionFilter made;
  made.from = value(raw_.from, "--from", parse_iso_date);
  made.to = value(raw_.to, "--to", parse_iso_date);
  made.month = value(raw_.month, "--month", parse_iso_month);
  made.card = id<CardId>(raw_.card, "--card");
  made.issuer = id<IssuerId>(raw_.issuer, "--issuer");
  made.with_ignored = raw_.ignored;
  made.after = id<TransactionId>(raw_.after, "--after");
  made.limit = value(raw_.limit, "--limit", [](const std::string& text) -> Result<std::size_t> {
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || number == 0)
      return fail(Code::invalid_argument, "a whole number from 1 is needed");
    return number;
  });
  for (const auto status : {TransactionStatus::pending, TransactionStatus::posted, TransactionStatus::removed})
    if (raw_.status == name_of(status)) made.status = status;
  if (!made.status && !raw_.status.empty()) wrong("--status is pending, posted or removed");
  if (made.from && made.to && *made.from > *made.to) wrong("--from is later than --to");
  return made;
}

UserEdit Reader::user_edit(const CLI::App& given) {
  UserEdit made;
  if (given.count("--note") != 0) made.note = raw_.note;
  if (given.count("--category") != 0) made.category = raw_.category;
  if (given.count("--merchant") != 0) made.merchant = raw_.merchant;
  if (raw_.no_tags || !raw_.tags.empty()) made.tags = raw_.tags;
  if (raw_.ignore || raw_.no_ignore) made.ignored = raw_.ignore;
  if (raw_.no_tags && !raw_.tags.empty()) wrong(word(Text::edit_tags_or_none));
  if (raw_.ignore && raw_.no_ignore) wrong(word(Text::edit_ignore_or_not));
  if (!made.note && !made.category && !made.merchant && !made.tags && !made.ignored)
    wrong(word(Text::edit_says_nothing), say(Text::see_help, language_, {"transactions edit "}));
  return made;
}

LinkOptions Reader::link_choices() {
  LinkOptions made{.no_browser = raw_.no_browser, .end_terms = end_terms(raw_.end_terms, "--end-terms"), .accept = {}};
  constexpr std::string_view digits = "0123456789abcdef";
  if (raw_.accept.empty()) return made;
  if (raw_.accept.size() != 64 || raw_.accept.find_first_not_of(digits) != std::string::npos)
    wrong("--accept takes the hash of a consent screen: 64 digits from 0 to f");
  made.accept = raw_.accept;
  return made;
}

IncidentRequest Reader::incident_request() {
  IncidentRequest made;
  const int scopes = (raw_.all ? 1 : 0) + (raw_.issuer.empty() ? 0 : 1) + (raw_.connection.empty() ? 0 : 1);
  if (scopes != 1) wrong(word(Text::incident_scope_needed));
  made.scope = raw_.all ? CutoffScope::all : raw_.issuer.empty() ? CutoffScope::connection : CutoffScope::issuer;
  made.issuer = id<IssuerId>(raw_.issuer, "--issuer").value_or(IssuerId{});
  made.connection = id<ConnectionId>(raw_.connection, "--connection").value_or(ConnectionId{});
  made.reason = free_text(raw_.reason, "--reason");
  made.suspected_since = value(raw_.suspected_since, "--suspected-since", parse_rfc3339);
  if (const auto degree = cutoff_degree_named(raw_.degree)) {
    made.degree = *degree;
  } else if (!raw_.degree.empty()) {
    wrong("--degree is restrict, suspend or cancel");
  }
  return made;
}

const CLI::App* Reader::deepest() const {
  const CLI::App* at = app_.get();
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

Error Reader::explain(const CLI::ParseError& error) const {
  const CLI::App* at = deepest();
  std::string path;
  for (const CLI::App* up = at; up != app_.get(); up = up->get_parent()) path.insert(0, up->get_name() + ' ');
  std::string remedy = say(Text::see_help, language_, {path});

  const std::vector<std::string> rest = app_->remaining(true);
  if (rest.empty()) return usage(error.what(), remedy);
  // Where a command is expected, the first word that is no option is it, mistyped.
  const auto word_like =
      std::find_if(rest.begin(), rest.end(), [](const std::string& t) { return !t.starts_with('-'); });
  const std::string& culprit = at == app_.get() && word_like != rest.end() ? *word_like : rest.front();
  std::vector<std::string> candidates;
  const bool is_option = culprit.starts_with('-');
  for (const CLI::App* up = at; up != nullptr; up = up->get_parent()) {
    if (is_option) {
      for (const CLI::Option* known : up->get_options())
        for (const std::string& name : known->get_lnames()) candidates.push_back("--" + name);
    } else if (up == at) {
      for (const CLI::App* known : up->get_subcommands([](const CLI::App*) { return true; }))
        candidates.push_back(known->get_name());
    }
  }
  if (const auto near = nearest(culprit, candidates)) remedy = say(Text::did_you_mean, language_, {*near});
  const bool command_expected = !is_option && at == app_.get();
  return usage(say(command_expected ? Text::unknown_command : Text::unknown_option, language_, {culprit}), remedy);
}

void Reader::read_global() {
  if (!raw_.store.empty()) global_.store = raw_.store;
  if (!raw_.key_file.empty()) global_.key_file = raw_.key_file;
  global_.now = value(raw_.now, "--now", parse_rfc3339);
  global_.json = global_.json || global_.json_lines;
  if (!raw_.lang.empty() && raw_.lang != "ja" && raw_.lang != "en") wrong("--lang is ja or en");
  global_.language = language_;
}

/// `--card ''` is most often a variable that was never set: to go on as if the option were not there would do
/// something else than what was asked for. But an empty --since means the beginning, and an empty text of the person's
/// own takes the old one away.
void Reader::refuse_blank_values() {
  for (const CLI::App* up = deepest(); up != nullptr; up = up->get_parent())
    for (const CLI::Option* given : up->get_options([](const CLI::Option* o) { return o->count() > 0; }))
      for (const std::string& text : given->results())
        if (given->nonpositional() && !may_be_blank(given->get_lnames().front()) && is_blank(text))
          wrong(given->get_name() + " needs a value that is not blank");
}

Invocation Reader::read(std::span<const std::string> arguments) {
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 takes them from the back
    app_->parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    read_global();
    return {global_, HelpText{app_->help()}};
  } catch (const CLI::ParseError& error) {
    read_global();
    return {global_, explain(error)};
  }
  read_global();
  refuse_blank_values();
  if (raw_.version) return {global_, Command(VersionArguments{})};
  if (arguments.empty()) return {global_, HelpText{app_->help()}};
  const CLI::App* at = deepest();
  for (const auto& [app, make] : makers_) {
    if (app != at) continue;
    Command made = make();
    if (error_) return {global_, *error_};
    return {global_, std::move(made)};
  }
  const std::string path = at == app_.get() ? "" : at->get_name() + ' ';
  return {global_, usage("a command is missing", say(Text::see_help, language_, {path}))};
}

Invocation parse(std::span<const std::string> arguments, Language fallback) {
  // The language decides in which words the parser speaks, so it is looked for before parsing.
  Language language = fallback;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const bool apart = arguments[i] == "--lang" && i + 1 < arguments.size();
    const std::string given = apart ? arguments[i + 1] : arguments[i];
    if (given == "--lang=ja" || (apart && given == "ja")) language = Language::ja;
    if (given == "--lang=en" || (apart && given == "en")) language = Language::en;
  }
  const bool json = std::find(arguments.begin(), std::find(arguments.begin(), arguments.end(), "--"), "--json") !=
                    std::find(arguments.begin(), arguments.end(), "--");
  Invocation read = Reader(language).read(arguments);
  read.global.json = read.global.json || json;  // also where parsing stopped before it was met
  return read;
}

}  // namespace meisai::cli
