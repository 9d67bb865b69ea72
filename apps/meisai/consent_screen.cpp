// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/consent_screen.h"

#include <algorithm>

#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

constexpr int usual_width = 80, widest = 100;

std::string item_title(const ConsentItem& item, Language language) {
  return printable(language == Language::ja ? item.title_ja : item.title_en);
}

/// `text` in lines below each other, each indented.
std::string indented(const std::string& text, int width) {
  std::string out;
  for (const std::string& line : wrapped(printable(text), width - 3)) out += "   " + line + '\n';
  return out;
}

Text sentence_of(EndTerms terms) {
  switch (terms) {
    case EndTerms::keep:
      return Text::end_terms_keep;
    case EndTerms::seal:
      return Text::end_terms_seal;
    case EndTerms::erase:
      return Text::end_terms_erase;
  }
  return Text::end_terms_keep;
}

/// The act of the person for one thing.
Result<void> ask_for(const Session& session, const std::string& question) {
  if (session.environment().interrupted()) return fail(Code::interrupted, "interrupted before it was agreed to");
  MEISAI_ASSIGN(const std::string answer, session.environment().ask_line(question));
  if (!means_yes(answer)) return fail(Code::consent_not_accepted, "the answer was not yes");
  return {};
}

/// Where the screen can be read and an answer typed.
bool can_ask(const Session& session) {
  return session.streams().err_is_terminal && !session.options().no_input &&
         static_cast<bool>(session.environment().ask_line);
}

Result<void> ask_person(const Session& session, const ConsentScreen& screen) {
  for (std::size_t i = 0; i < screen.items.size(); ++i) {
    const ConsentItem& item = screen.items[i];
    if (!item.important) continue;
    MEISAI_TRY(ask_for(
        session, session.say(Text::screen_ask_item, {std::to_string(i + 1), item_title(item, session.language())})));
  }
  return ask_for(session, std::string(session.say(Text::screen_ask_all)));
}

}  // namespace

std::string screen_text(const ConsentScreen& screen, Language language, int width, bool colors) {
  std::string out;
  int number = 0;
  for (const ConsentItem& item : screen.items) {
    std::string title = std::to_string(++number) + ". " + item_title(item, language);
    if (item.important) title.append(" [").append(say(Text::screen_important, language)).append("]");
    out += toned(title, item.important ? Tone::bad : Tone::head, colors) + '\n';
    out += indented(language == Language::ja ? item.text_ja : item.text_en, width);
  }
  const auto line = [&](const std::string& text) {
    for (const std::string& part : wrapped(printable(text), width)) out += part + '\n';
  };
  out += '\n';
  line(say(Text::screen_ends, language, {rfc3339(screen.ends_at)}));
  line(say(Text::screen_end_terms, language, {say(sentence_of(screen.end_terms), language)}));
  line(say(Text::screen_scopes, language, {joined(screen.scopes)}));
  line(say(Text::screen_version, language, {screen.text_version}));
  out += say(Text::screen_hash, language, {hex(screen.hash)}) + '\n';  // never wrapped: it is copied
  return out;
}

bool means_yes(std::string_view answer) {
  constexpr std::string_view wide_space = "\xe3\x80\x80";
  const auto trimmed_once = [&](std::string_view text) {
    if (text.starts_with(wide_space)) text.remove_prefix(wide_space.size());
    if (text.ends_with(wide_space)) text.remove_suffix(wide_space.size());
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
  };
  for (std::string_view before; before != answer;) {
    before = answer;
    answer = trimmed_once(answer);
  }
  std::string lower(answer);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower == "yes" || lower == "はい";
}

Result<void> agree_to(const Session& session, const ConsentScreen& screen, const std::optional<std::string>& accept,
                      bool simulated) {
  if (accept && !simulated)
    return fail(Code::not_simulated, "--accept works only in a simulated store",
                "leave --accept out and agree on a terminal", Retry::after_user);
  const bool asks = !accept && can_ask(session);
  if (asks || !session.json()) {  // else the screen stands in the JSON document
    const int columns = session.streams().columns;
    session.tell(session.say(Text::screen_head, {printable(screen.issuer.text())}));
    session.tell(screen_text(screen, session.language(), columns > 0 ? std::min(columns, widest) : usual_width,
                             session.colors() && session.streams().err_is_terminal));
  }
  if (asks) return ask_person(session, screen);
  if (!accept)
    return fail(Code::consent_not_accepted, "there is no terminal to agree on", "run it on a terminal",
                Retry::after_user);
  if (*accept != hex(screen.hash))
    return fail(Code::consent_not_accepted, "the hash given is not that of the screen that is shown now",
                "read the screen and give its hash", Retry::after_user);
  session.note(session.say(Text::screen_accepted));
  return {};
}

}  // namespace meisai::cli
