// SPDX-License-Identifier: Apache-2.0
//
// What only the real program can show: pipes, full disks, terminals that are not there, signals, and that a
// dry run touches nothing below the person's folders.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

struct Ends {
  int read = -1, write = -1;
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  return {ends[0], ends[1]};
}

/// The program in a session of its own (no terminal), with only these variables. `out` below 0: stdout is closed.
pid_t start(const Words& words, const Words& variables, int out, int err) {
  std::vector<char*> argv, envp;
  std::string program = MEISAI_PROGRAM;
  argv.push_back(program.data());
  Words arguments = words, environment = variables;
  for (std::string& word : arguments) argv.push_back(word.data());
  for (std::string& one : environment) envp.push_back(one.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (out >= 0) {
    posix_spawn_file_actions_adddup2(&actions, out, 1);
  } else {
    posix_spawn_file_actions_addclose(&actions, 1);
  }
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), envp.data()) == 0);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return child;
}

int exit_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  INFO("ended by signal " << (WIFSIGNALED(status) ? WTERMSIG(status) : 0));
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

std::string drain(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(descriptor, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(descriptor);
  return text;
}

/// Runs to the end; small outputs only, they wait in the pipes.
Ran spawn(const Words& words, const Words& variables = {}) {
  const Ends out = make_pipe(), err = make_pipe();
  const pid_t child = start(words, variables, out.write, err.write);
  ::close(out.write);
  ::close(err.write);
  Ran ran;
  ran.out = drain(out.read);
  ran.err = drain(err.read);
  ran.exit = exit_of(child);
  return ran;
}

/// A household whose store the real program can open.
struct Process : Household {
  Process() { init(); }
  Words with_store(const Words& words) const {
    Words all = {"--store", store().string(),      "--key-file", (folder() / "key").string(),
                 "--now",   "2026-09-28T03:00:00Z"};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }
};

TEST_CASE("the program does the same as the commands in this process") {
  const std::string file = sample("jcb").string();
  const Ran real = spawn({"--json", "import", "--dry-run", file});
  CHECK(real.exit == 0);
  CHECK(real.err.empty());
  Household home;
  CHECK(real.json().at("files").at(0).at("statements").at(0).at("balanced") == true);
  CHECK(real.json().at("files").at(0).at("added") ==
        home.bare({"--json", "import", "--dry-run", file}).json().at("files").at(0).at("added"));
}

TEST_CASE("a dry run writes nothing below the person's folders") {
  const TemporaryFolder home;
  for (const char* name : {"home", "tmp", "data", "config", "cache"})
    std::filesystem::create_directory(home.path() / name);
  const std::string base = home.path().string();
  const std::vector<std::string> before = files_below(home.path());
  const Ran ran = spawn({"import", "--dry-run", sample("rakuten").string()},
                        {"HOME=" + base + "/home", "TMPDIR=" + base + "/tmp", "XDG_DATA_HOME=" + base + "/data",
                         "XDG_CONFIG_HOME=" + base + "/config", "XDG_CACHE_HOME=" + base + "/cache"});
  CHECK(ran.exit == 0);
  CHECK(ran.out.find("15 transactions") != std::string::npos);
  CHECK(ran.out.find('\x1b') == std::string::npos);
  CHECK(files_below(home.path()) == before);
}

TEST_CASE("without a key and without a terminal the program does not wait") {
  Process home;
  const Ran ran = spawn({"--json", "--store", home.store().string(), "cards"});
  CHECK(ran.exit == 12);
  CHECK(ran.json().at("error").at("code") == "wrong_key");
  CHECK(ran.json().at("error").at("remedy").get<std::string>().find("--key-file") != std::string::npos);
}

TEST_CASE("a reader that goes away ends the program quietly") {
  Process home;
  REQUIRE(home.run({"import", sample("jcb").string()}).exit == 0);
  for (const Words& words : {Words{"transactions", "--json"}, Words{"--quiet", "export", "jsonl"}}) {
    const Ends out = make_pipe(), err = make_pipe();
    ::close(out.read);
    const pid_t child = start(home.with_store(words), {}, out.write, err.write);
    ::close(out.write);
    ::close(err.write);
    CHECK(drain(err.read).empty());
    const int exit = exit_of(child);
    CHECK((exit == 0 || exit == 130));
  }
}

TEST_CASE("edits of two programs at once are both kept, and can both be taken back") {
  Process home;
  REQUIRE(home.run({"import", sample("jcb").string()}).exit == 0);
  const std::string id = home.run({"--json", "transactions"}).json().at("transactions").at(0).at("id");
  const Ends out = make_pipe(), err = make_pipe();
  const pid_t note = start(home.with_store({"transactions", "edit", id, "--note", "one"}), {}, out.write, err.write);
  const pid_t category =
      start(home.with_store({"transactions", "edit", id, "--category", "two"}), {}, out.write, err.write);
  ::close(out.write);
  ::close(err.write);
  drain(out.read);
  INFO(drain(err.read));
  CHECK(exit_of(note) == 0);
  CHECK(exit_of(category) == 0);
  const auto user = [&] {
    return home.run({"--json", "transactions", "show", id}).json().at("transactions").at(0).at("user");
  };
  CHECK(user().at("note") == "one");
  CHECK(user().at("category") == "two");
  CHECK(home.run({"transactions", "undo", id}).exit == 0);
  CHECK((user().at("note") == "one") != (user().at("category") == "two"));
  CHECK(home.run({"transactions", "undo", id}).exit == 0);
  CHECK(user().at("note").is_null());
  CHECK(user().at("category").is_null());
}

TEST_CASE("a full disk behind stdout is 16, not success") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  const Ends err = make_pipe();
  const pid_t child = start({"issuers"}, {}, full, err.write);
  ::close(full);
  ::close(err.write);
  CHECK(drain(err.read).find("disk_full") != std::string::npos);
  CHECK(exit_of(child) == 16);
}

TEST_CASE("a closed stdout is 16 before anything is done") {
  Process home;
  for (const Words& words : {Words{"version"}, Words{"import", sample("jcb").string()}}) {
    const Ends err = make_pipe();
    const pid_t child = start(home.with_store(words), {}, -1, err.write);
    ::close(err.write);
    CHECK(drain(err.read) == "meisai: error: io_error: stdout is closed\n");
    CHECK(exit_of(child) == 16);
  }
  CHECK(home.run({"--json", "cards"}).json().at("cards").empty());
}

TEST_CASE("Ctrl-C while a document is read ends with 130 and stores nothing") {
  Process home;
  const std::filesystem::path fifo = home.folder() / "202610meisai.csv";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const Ends out = make_pipe(), err = make_pipe();
  const pid_t child = start(home.with_store({"--json", "import", fifo.string()}), {}, out.write, err.write);
  ::close(out.write);
  ::close(err.write);
  const int writer = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);  // returns when the program reads
  REQUIRE(writer >= 0);
  std::string bytes = bytes_of(sample("jcb"));
  REQUIRE(::write(writer, bytes.data(), bytes.size() / 2) > 0);
  REQUIRE(::kill(child, SIGINT) == 0);
  ::usleep(50000);
  std::ignore = ::write(writer, bytes.data() + bytes.size() / 2, bytes.size() - bytes.size() / 2);
  ::close(writer);
  Ran ran;
  ran.out = drain(out.read);
  std::ignore = drain(err.read);
  CHECK(exit_of(child) == 130);
  CHECK(ran.json().at("error").at("code") == "interrupted");
  CHECK(home.run({"--json", "cards"}).json().at("cards").empty());
}

TEST_CASE("of two imports at once the second waits for ten seconds, then is 11") {
  Process home;
  const std::filesystem::path fifo = home.folder() / "202610meisai.csv";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const Ends out = make_pipe(), err = make_pipe();
  const pid_t first = start(home.with_store({"--json", "import", fifo.string()}), {}, out.write, err.write);
  ::close(out.write);
  ::close(err.write);
  const int writer = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(writer >= 0);
  std::string bytes = bytes_of(sample("jcb"));
  while (bytes.size() < 256 * 1024) bytes.insert(bytes.size() - 2, " ");  // more than head and pipe hold
  const std::size_t most = 200 * 1024;
  REQUIRE(::write(writer, bytes.data(), most) == static_cast<ssize_t>(most));
  ::usleep(300000);
  const auto before = std::chrono::steady_clock::now();
  const Ran second = spawn(home.with_store({"--json", "import", sample("smbc").string(), sample("smbc").string()}));
  const auto waited = std::chrono::steady_clock::now() - before;
  CHECK(second.exit == 11);
  CHECK(second.json().at("error").at("code") == "store_busy");
  CHECK(second.json().at("error").at("retry") == "later");
  CHECK(waited >= std::chrono::seconds(9));
  CHECK(waited < std::chrono::seconds(18));            // and not ten more for each further file
  CHECK(spawn(home.with_store({"cards"})).exit == 0);  // reading goes on
  std::ignore = ::kill(first, SIGINT);
  ::close(writer);
  std::ignore = drain(out.read);
  std::ignore = drain(err.read);
  std::ignore = exit_of(first);
}

}  // namespace
}  // namespace meisai::cli::test
