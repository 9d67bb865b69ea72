// SPDX-License-Identifier: Apache-2.0
//
// What a person sees before a consent, and what counts as agreeing to it (METI-3.4.2-i-a): every item is there,
// each important one needs an act of its own, and nothing is agreed to by default.
#include "apps/meisai/consent_screen.h"

#include <catch2/catch.hpp>

#include "apps/meisai/browser.h"
#include "apps/meisai/table.h"
#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

ConsentScreen example() {
  ConsentScreen screen;
  screen.issuer = IssuerId("sakura_card");
  screen.items = {
      {"who", "接続先", "Who", "さくらカード株式会社", "Sakura Card Company", true},
      {"scope", "権限の範囲", "What is read", "カードの一覧、利用明細、請求を読みます。書き込みはしません。",
       "The list of your cards, their transactions and statements are read. Nothing is written.", false},
      {"longest_end", "有効期限", "Until when", "最長で90日です。", "At the longest 90 days.", true},
  };
  screen.ends_at = *parse_rfc3339("2026-12-27T03:00:00Z");
  screen.end_terms = EndTerms::seal;
  screen.scopes = {"accounts", "transactions"};
  screen.text_version = "2026-09";
  screen.hash = sha256("the screen");
  return screen;
}

/// Asks a household for its consent.
struct Asked {
  Result<void> answer;
  std::string err;
};
Asked ask(Household& home, const std::optional<std::string>& accept, bool simulated, GlobalOptions options = {}) {
  StringOutput out, err;
  const Streams streams{out, err, home.terminal, home.terminal, home.columns};
  const Environment environment = home.surroundings();
  const Session session(streams, environment, std::move(options));
  Asked asked{agree_to(session, example(), accept, simulated), {}};
  CHECK(out.text().empty());  // stdout carries results only
  asked.err = err.text();
  return asked;
}

Code code_of(const Asked& asked) { return asked.answer ? Code::internal_bug : asked.answer.error().code; }

TEST_CASE("the screen shows every item, its marks, the end, the terms and the hash") {
  const std::string en = screen_text(example(), Language::en, 100, false);
  for (const char* part : {"1. Who [important]", "Sakura Card Company", "2. What is read\n", "Nothing is written.",
                           "3. Until when [important]", "2026-12-27T03:00:00.000Z", "seal: nobody reads it",
                           "accounts, transactions", "2026-09"}) {
    INFO(part);
    CHECK(en.find(part) != std::string::npos);
  }
  CHECK(en.ends_with("Hash: " + hex(sha256("the screen")) + "\n"));
  const std::string ja = screen_text(example(), Language::ja, 80, false);
  for (const char* part :
       {"1. 接続先 [重要]", "さくらカード株式会社", "書き込みはしません。", "更新するまで誰も読めません"}) {
    INFO(part);
    CHECK(ja.find(part) != std::string::npos);
  }
}

TEST_CASE("text of a profile cannot forge the screen") {
  ConsentScreen screen = example();
  screen.items[1].text_en = "harmless\n4. Everything else\x1b[2J\u202e";
  const std::string text = screen_text(screen, Language::en, 80, false);
  CHECK(text.find("\n4. ") == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\u202e") == std::string::npos);
}

TEST_CASE("only yes is yes") {
  for (const char* yes : {"yes", "YES", " Yes \n", "はい", "　はい　\n", "yes\r\n"}) CHECK(means_yes(yes));
  for (const char* no : {"", "\n", "y", "ye", "yes please", "no", "いいえ", "はいはい", "true", "1", "ok"}) {
    INFO(no);
    CHECK_FALSE(means_yes(no));
  }
}

TEST_CASE("each important item is asked for, then the whole; one no is enough") {
  Household home;
  home.terminal = true;
  home.answers = {"yes", "はい", "yes"};
  const Asked agreed = ask(home, {}, false);
  CHECK(agreed.answer.has_value());
  REQUIRE(home.questions.size() == 3);
  CHECK(home.questions[0].starts_with("1. Who:"));
  CHECK(home.questions[1].starts_with("3. Until when:"));
  CHECK(agreed.err.find("Hash: ") != std::string::npos);

  for (std::size_t refused = 0; refused < 3; ++refused) {
    home.questions.clear();
    home.answers = {"yes", "yes", "yes"};
    home.answers[refused] = refused == 0 ? "" : "no";
    INFO(refused);
    CHECK(code_of(ask(home, {}, false)) == Code::consent_not_accepted);
    CHECK(home.questions.size() == refused + 1);
  }
}

TEST_CASE("where nobody can answer, the screen is shown and nothing is agreed to") {
  Household home;
  home.answers = {"yes", "yes", "yes"};
  const Asked piped = ask(home, {}, true);
  CHECK(code_of(piped) == Code::consent_not_accepted);
  CHECK(piped.err.find("1. Who [important]") != std::string::npos);
  CHECK(home.questions.empty());

  const Asked quiet = ask(home, {}, true, {.quiet = true});
  CHECK(quiet.err.find("Hash: ") != std::string::npos);  // --quiet does not take the screen away

  const Asked json = ask(home, {}, true, {.json = true});
  CHECK(json.err.empty());  // it stands in the document

  home.terminal = true;
  CHECK(code_of(ask(home, {}, true, {.no_input = true})) == Code::consent_not_accepted);
  CHECK(home.questions.empty());
}

TEST_CASE("--accept takes the exact hash, in a simulated store") {
  Household home;
  const std::string hash = hex(sha256("the screen"));
  CHECK(ask(home, hash, true).answer.has_value());
  CHECK(code_of(ask(home, hash, false)) == Code::not_simulated);
  CHECK(code_of(ask(home, hex(sha256("another screen")), true)) == Code::consent_not_accepted);
  home.terminal = true;
  home.answers = {"yes", "yes", "yes"};
  CHECK(code_of(ask(home, hash, false)) == Code::not_simulated);
  CHECK(home.questions.empty());
}

TEST_CASE("Ctrl-C at a question is no answer") {
  Household home;
  home.terminal = true;
  home.interrupted = true;
  CHECK(code_of(ask(home, {}, false)) == Code::interrupted);
  CHECK(home.questions.empty());
}

TEST_CASE("lines break where they may, and never grow") {
  const std::string text = "カードの一覧、利用明細、請求を読みます。Nothing is written (ever), 書き込みはしません。";
  for (int width = 4; width < 60; ++width) {
    std::string together;
    for (const std::string& line : wrapped(text, width)) {
      INFO(width << ": " << line);
      CHECK(display_width(line) <= width + 2);  // closing punctuation may hang
      CHECK_FALSE(line.starts_with("、"));
      CHECK_FALSE(line.starts_with(" "));
      together += line;
    }
    std::string expected = text;
    std::erase(expected, ' ');
    std::erase(together, ' ');
    CHECK(together == expected);
  }
  CHECK(wrapped("", 10) == std::vector<std::string>{""});
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("abcdefghij", 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
}

}  // namespace
}  // namespace meisai::cli::test
