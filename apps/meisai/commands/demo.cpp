// SPDX-License-Identifier: Apache-2.0
//
// `demo`: the main job in one go, with the commands a person would type, in a store that is gone afterwards.
// It is simulated and its clock stands in the month of the samples, so that it shows the same every year.
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/run.h"
#include "apps/meisai/table.h"

namespace meisai::cli {
namespace {

constexpr const char* samples_now = "2026-09-28T03:00:00Z";
constexpr const char* story_now = "2026-12-20T03:00:00Z";
constexpr const char* demo_month = "2026-08";

/// A folder of its own that goes away with everything in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const Environment& environment) {
    std::string base = environment.variable("TMPDIR").value_or("");
    if (base.empty()) base = "/tmp";
    std::string name = base + "/meisai-demo-XXXXXX";
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

Result<std::vector<std::string>> sample_files(const Session& session, const DemoArguments& arguments) {
  const std::filesystem::path folder =
      arguments.samples.value_or(session.environment().program.parent_path() / ".." / "share" / "meisai" / "samples");
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".csv") files.push_back(at->path().lexically_normal().string());
  std::sort(files.begin(), files.end());
  if (files.empty())
    return fail(Error{.code = Code::not_found,
                      .what = std::string(session.say(Text::demo_no_samples)),
                      .where = {.document = folder.lexically_normal().string()},
                      .remedy = "name their folder with --samples DIR"});
  return files;
}

using Words = std::vector<std::string>;

class Walk {
 public:
  Walk(const Session& session, const std::filesystem::path& folder) : session_(session), folder_(folder) {}

  /// Goes on with another, new store.
  void begin_store(Text title, const std::string& name, const char* now) {
    store_ = name;
    now_ = now;
    step(title, {"init", "--simulated", "--new-key-file", place("key"), "--keyring", place("keyring")});
  }

  /// Runs one command as if it had been typed; after the first that does not end as expected nothing more.
  void step(Text title, const Words& words, Exit expected = Exit::done) {
    if (result_ != Exit::done) return;
    if (session_.environment().interrupted()) {
      result_ = Exit::interrupted;
      return;
    }
    std::string shown = "meisai";
    for (const std::string& word : words) shown += " " + std::filesystem::path(word).filename().string();
    Exit ended = Exit::done;
    if (session_.json()) {
      StringOutput unseen;
      ended = run_in_store(words, {unseen, session_.streams().err});
    } else {
      session_.print("");
      session_.print(toned(std::string("# ") + std::string(session_.say(title)), Tone::head, session_.colors()));
      session_.print(toned("$ " + shown, Tone::faint, session_.colors()));
      ended = run_in_store(words, session_.streams());
    }
    steps_.push_back({shown, ended});
    if (ended != expected) result_ = ended == Exit::done ? Exit::fault : ended;
  }

  /// The first id that a listing command shows.
  [[nodiscard]] std::string first_id(Words words) {
    StringOutput shown;
    words.insert(words.begin(), "--json");
    std::string id = run_in_store(words, {shown, session_.streams().err}) == Exit::done ? json::first_id(shown.text())
                                                                                        : std::string();
    if (id.empty() && result_ == Exit::done) result_ = Exit::fault;
    return id;
  }

  [[nodiscard]] std::string place(const char* name) const { return (folder_ / (store_ + "-" + name)).string(); }
  [[nodiscard]] Exit result() const noexcept { return result_; }
  [[nodiscard]] const std::vector<json::DemoStep>& steps() const noexcept { return steps_; }

 private:
  Exit run_in_store(const Words& words, Streams streams) {
    Words arguments = {"--store", place("store"), "--now",
                       now_,      "--lang",       session_.language() == Language::ja ? "ja" : "en"};
    if (words.front() != "init") arguments.insert(arguments.end(), {"--key-file", place("key")});
    if (session_.options().no_color) arguments.emplace_back("--no-color");
    if (session_.options().quiet) arguments.emplace_back("--quiet");
    arguments.insert(arguments.end(), words.begin(), words.end());
    return run(arguments, streams, session_.environment());
  }

  const Session& session_;
  std::filesystem::path folder_;
  std::string store_;
  std::string now_;
  std::vector<json::DemoStep> steps_;
  Exit result_ = Exit::done;
};

/// What aggregation products get wrong, each in one file of one card.
void tell_story(Walk& walk, const std::filesystem::path& story) {
  const auto import = [&story](const char* file) { return Words{"import", (story / file).string()}; };
  const auto of_day = [](const char* day) { return Words{"transactions", "--from", day, "--to", day}; };
  const auto why = [&](const char* day) { return Words{"transactions", "show", walk.first_id(of_day(day)), "--why"}; };
  walk.begin_store(Text::demo_story, "story", story_now);
  walk.step(Text::demo_open, import("1-open-month.csv"));
  walk.step(Text::demo_twin, {"transactions"});
  walk.step(Text::demo_late, import("2-open-month-a-week-later.csv"));
  walk.step(Text::demo_posted, import("3-closed-month.csv"));
  walk.step(Text::demo_suggestion, {"suggestions"});
  walk.step(Text::demo_accept, {"suggestions", "accept", walk.first_id({"suggestions"})});
  walk.step(Text::demo_why, why("2026-09-19"));
  walk.step(Text::demo_rows, {"transactions", "--month", "2026-09"});
  walk.step(Text::demo_revision, import("4-closed-month-corrected.csv"));
  walk.step(Text::demo_revised, {"statements"});
  walk.step(Text::demo_history, why("2026-09-05"));
  walk.step(Text::demo_hold, import("5-every-date-one-day-later.csv"), Exit::partial);
  const std::string hold = walk.first_id({"holds"});
  walk.step(Text::demo_held, {"holds", "show", hold});
  walk.step(Text::demo_discard, {"holds", "discard", hold});
  walk.step(Text::demo_gap, import("6-month-after-next.csv"));
  walk.step(Text::demo_calendar, {"coverage"});
}

}  // namespace

Result<Exit> execute(const Session& session, const DemoArguments& arguments) {
  MEISAI_ASSIGN(const std::vector<std::string> files, sample_files(session, arguments));
  const TemporaryFolder folder(session.environment());
  if (folder.path().empty()) return fail(Code::io_error, "no temporary folder can be made", "set TMPDIR");
  if (!session.json()) session.print(session.say(Text::demo_intro));

  std::vector<std::string> import = {"import"};
  import.insert(import.end(), files.begin(), files.end());
  Walk walk(session, folder.path());
  walk.begin_store(Text::demo_init, "demo", samples_now);
  walk.step(Text::demo_import, import);
  walk.step(Text::demo_import_again, import);
  walk.step(Text::demo_statements, {"statements"});
  walk.step(Text::demo_month, {"transactions", "--month", demo_month});
  walk.step(Text::demo_upcoming, {"upcoming"});
  walk.step(Text::demo_export, {"export", "hledger", "--out", (folder.path() / "cards.journal").string()});
  walk.step(Text::demo_audit, {"audit", "verify"});
  tell_story(walk, std::filesystem::path(files.front()).parent_path().parent_path() / ".." / "story");
  if (session.json()) session.print(json::demo(walk.steps()));
  if (!session.json() && walk.result() == Exit::done) {
    session.print("");
    session.print(session.say(Text::demo_done));
  }
  return walk.result();
}

}  // namespace meisai::cli
