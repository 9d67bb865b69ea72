// SPDX-License-Identifier: Apache-2.0
//
// The key ring file: entries of several stores side by side, nothing readable in it, changes whole or not at
// all, and every kind of damage told from a wrong key where that can be known.
#include "storage/keys/key_ring.h"

#include <fcntl.h>
#include <rapidcheck.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "storage/keys/key_providers.h"
#include "storage/keys/key_wrap.h"
#include "storage/keys/private_file.h"
#include "tests/keys/keys_fixture.h"

namespace meisai::keys::test {
namespace {

RawKeyProvider app_key(char c) { return RawKeyProvider(Secret(std::string(32, c))); }

TEST_CASE("stores share a key ring and do not see each other's keys") {
  const Folder folder;
  CountingEntropy entropy;
  auto mine = app_key('m');
  auto yours = app_key('y');
  OpenRing a = must(KeyRing::create_store(folder / "ring", "a", mine, entropy));
  const Secret a_control = must(a.add_database_key("control", entropy));
  OpenRing b = must(KeyRing::create_store(folder / "ring", "b", yours, entropy));
  const Secret b_control = must(b.add_database_key("control", entropy));
  const Secret b_vault = must(b.add_database_key("vault:x", entropy));
  CHECK(mode_of(folder / "ring") == 0600);
  CHECK_FALSE(same(a_control, b_control));
  CHECK_FALSE(same(b_vault, b_control));
  CHECK(same(must(must(KeyRing::open_store(folder / "ring", "a", mine)).database_key("control")), a_control));
  CHECK(must(b.database_names()) == std::vector<std::string>{"control", "vault:x"});
  CHECK(must(a.database_names()) == std::vector<std::string>{"control"});
  CHECK(code_of(a.database_key("vault:x")) == Code::not_found);
  CHECK(code_of(KeyRing::open_store(folder / "ring", "a", yours)) == Code::wrong_key);
  CHECK(code_of(KeyRing::open_store(folder / "ring", "c", mine)) == Code::key_ring_missing);
  CHECK(code_of(KeyRing::create_store(folder / "ring", "a", mine, entropy)) == Code::store_exists);
  CHECK(same(must(a.database_key("control")), a_control));
  const std::string text = text_of(folder / "ring");
  for (const Secret* key : {&a_control, &b_control, &b_vault}) {
    CHECK(text.find(key->reveal_text()) == std::string::npos);
    CHECK(text.find(to_hex(key->reveal())) == std::string::npos);
  }
  CHECK(text.find(std::string(32, 'm')) == std::string::npos);
}

TEST_CASE("a destroyed key is gone and its wrapped form too") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  OpenRing ring = must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
  must(ring.add_database_key("control", entropy));
  must(ring.add_database_key("vault:x", entropy));
  // A descriptor on the old file sees what stays on the disk after the replacement.
  const int old = ::open((folder / "ring").c_str(), O_RDONLY);
  const std::string before = text_of(folder / "ring");
  must(ring.destroy_database_key("vault:x"));
  CHECK(code_of(ring.database_key("vault:x")) == Code::not_found);
  CHECK(code_of(ring.destroy_database_key("vault:x")) == Code::not_found);
  CHECK(ring.database_key("control").has_value());
  std::string left(before.size(), 'x');
  CHECK(::pread(old, left.data(), left.size(), 0) == static_cast<ssize_t>(before.size()));
  CHECK(left == std::string(before.size(), '\0'));
  ::close(old);
  // The name may be used again, with a new key.
  CHECK(ring.add_database_key("vault:x", entropy).has_value());
}

TEST_CASE("a key is never replaced") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  OpenRing ring = must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
  const Secret key = must(ring.add_database_key("control", entropy));
  CHECK(code_of(ring.add_database_key("control", entropy)) == Code::invalid_argument);
  CHECK(same(must(ring.database_key("control")), key));
  for (const std::string& name : {std::string(), std::string("a b"), std::string("名"), std::string(201, 'n')})
    CHECK(code_of(ring.add_database_key(name, entropy)) == Code::invalid_argument);
}

TEST_CASE("a second slot opens the same store") {
  const Folder folder;
  CountingEntropy entropy;
  auto first = app_key('1');
  write_text(folder / "key", std::string(32, '2'));
  KeyFileProvider second(folder / "key");
  OpenRing ring = must(KeyRing::create_store(folder / "ring", "a", first, entropy));
  const Secret key = must(ring.add_database_key("control", entropy));
  CHECK(code_of(KeyRing::open_store(folder / "ring", "a", second)) == Code::wrong_key);
  must(ring.add_slot(second, entropy));
  CHECK(same(must(must(KeyRing::open_store(folder / "ring", "a", second)).database_key("control")), key));
  CHECK(same(must(must(KeyRing::open_store(folder / "ring", "a", first)).database_key("control")), key));
}

TEST_CASE("a removed store leaves the others") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  OpenRing a = must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
  must(KeyRing::create_store(folder / "ring", "b", provider, entropy));
  must(KeyRing::remove_store(folder / "ring", "a"));
  must(KeyRing::remove_store(folder / "ring", "a"));
  must(KeyRing::remove_store(folder / "none", "a"));
  CHECK(code_of(a.add_database_key("control", entropy)) == Code::key_ring_missing);
  CHECK(code_of(KeyRing::open_store(folder / "ring", "a", provider)) == Code::key_ring_missing);
  CHECK(KeyRing::open_store(folder / "ring", "b", provider).has_value());
}

TEST_CASE("the folder of a new key ring is made private, a link to a key ring stays a link") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  must(KeyRing::create_store(folder / "config/meisai/keyring", "a", provider, entropy));
  CHECK(mode_of(folder / "config/meisai") == 0700);
  std::filesystem::create_symlink(folder / "config/meisai/keyring", folder / "link");
  must(KeyRing::create_store(folder / "link", "b", provider, entropy));
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(KeyRing::open_store(folder / "config/meisai/keyring", "b", provider).has_value());
}

TEST_CASE("a missing, unreadable, newer or unsafe key ring says so") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  const auto open_code = [&] { return code_of(KeyRing::open_store(folder / "ring", "a", provider)); };
  CHECK(open_code() == Code::key_ring_missing);
  for (const char* text : {"", "{", "[]", "{}", "7", "{\"meisai_key_ring\":\"1\"}", "{\"meisai_key_ring\":0}",
                           "{\"meisai_key_ring\":1}", "{\"meisai_key_ring\":1,\"stores\":[]}",
                           "{\"meisai_key_ring\":1,\"stores\":{}}", "{\"meisai_key_ring\":1,\"stores\":{\"a\":3}}",
                           "{\"meisai_key_ring\":1,\"stores\":{\"a\":{\"slots\":[7],\"databases\":{}}}}",
                           "{\"meisai_key_ring\":1,\"stores\":{\"a\":{\"slots\":[],\"databases\":{}}}}",
                           "{\"meisai_key_ring\":1,\"stores\":{\"a\":{\"slots\":[],\"databases\":{\"c\":1}}}}"}) {
    INFO(text);
    write_text(folder / "ring", text);
    CHECK(open_code() == Code::key_ring_missing);
  }
  // A file that cannot be read is not replaced by a new one.
  CHECK(code_of(KeyRing::create_store(folder / "ring", "a", provider, entropy)) == Code::store_exists);
  write_text(folder / "ring", "not json");
  CHECK(code_of(KeyRing::create_store(folder / "ring", "a", provider, entropy)) == Code::key_ring_missing);
  CHECK(text_of(folder / "ring") == "not json");
  write_text(folder / "ring", "{\"meisai_key_ring\":2,\"anything\":[]}");
  CHECK(open_code() == Code::store_too_new);
  CHECK(code_of(KeyRing::create_store(folder / "ring", "a", provider, entropy)) == Code::store_too_new);
  write_text(folder / "ring", "{\"meisai_key_ring\":1,\"stores\":{}}", 0640);
  CHECK(open_code() == Code::key_file_unsafe);
}

TEST_CASE("wrapped keys do not work at another place") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  OpenRing a = must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
  must(a.add_database_key("control", entropy));
  must(a.add_database_key("vault:x", entropy));
  std::string text = text_of(folder / "ring");
  // The two entries change places.
  text.replace(text.find("control"), 7, "TMP");
  text.replace(text.find("vault:x"), 7, "control");
  text.replace(text.find("TMP"), 3, "vault:x");
  write_text(folder / "ring", text);
  CHECK(code_of(a.database_key("control")) == Code::store_damaged);
  CHECK(code_of(a.database_key("vault:x")) == Code::store_damaged);
  // The whole entry under another store's name.
  text.replace(text.find("\"a\""), 3, "\"z\"");
  write_text(folder / "ring", text);
  CHECK(code_of(KeyRing::open_store(folder / "ring", "z", provider)) == Code::wrong_key);
}

TEST_CASE("a secret of any length is sealed and opens at its own place only") {
  CountingEntropy entropy;
  const Secret key = must(random_key(entropy));
  const Secret other = must(random_key(entropy));
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{32}, std::size_t{5000}}) {
    const Secret secret(std::string(size, 's'));
    const auto sealed = must(seal(secret, key, "label", entropy));
    CHECK(sealed.size() == size + 40);  // nonce and tag
    CHECK(must(unseal(sealed, key, "label")).reveal_text() == secret.reveal_text());
    CHECK(must(seal(secret, key, "label", entropy)) != sealed);
    CHECK(code_of(unseal(sealed, other, "label")) == Code::wrong_key);
    CHECK(code_of(unseal(sealed, key, "label2")) == Code::wrong_key);
    CHECK(code_of(unseal(std::span(sealed).first(sealed.size() - 1), key, "label")) == Code::wrong_key);
    for (std::size_t i = 0; i < sealed.size(); i += 1 + sealed.size() / 50) {
      auto changed = sealed;
      changed[i] ^= std::byte{1};
      CHECK(code_of(unseal(changed, key, "label")) == Code::wrong_key);
    }
  }
  CHECK(code_of(unseal({}, key, "label")) == Code::wrong_key);
  CHECK(code_of(seal(Secret("s"), Secret("short"), "label", entropy)) == Code::internal_bug);
}

TEST_CASE("labels of different fields differ") {
  CHECK(wrap_label({"a", "bc"}) != wrap_label({"ab", "c"}));
  CHECK(wrap_label({"a", ""}) != wrap_label({"a"}));
}

TEST_CASE("no changed byte of a key ring gives a key, or crashes") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  const Secret key = [&] {
    OpenRing ring = must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
    return must(ring.add_database_key("control", entropy));
  }();
  const std::string text = text_of(folder / "ring");
  rc::check("any change", [&] {
    std::string changed = text;
    const int changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i)
      changed[*rc::gen::inRange<std::size_t>(0, changed.size())] = *rc::gen::arbitrary<char>();
    if (*rc::gen::inRange(0, 5) == 0) changed.resize(*rc::gen::inRange<std::size_t>(0, changed.size()));
    write_text(folder / "ring", changed);
    const auto ring = KeyRing::open_store(folder / "ring", "a", provider);
    if (!ring) return;
    const auto found = ring->database_key("control");
    if (found) RC_ASSERT(same(*found, key));
  });
}

TEST_CASE("a failing random source changes nothing") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  OpenRing ring = must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
  const std::string before = text_of(folder / "ring");
  entropy.broken = true;
  CHECK(code_of(ring.add_database_key("control", entropy)) == Code::internal_bug);
  CHECK(code_of(KeyRing::create_store(folder / "ring", "b", provider, entropy)) == Code::internal_bug);
  CHECK(text_of(folder / "ring") == before);
}

TEST_CASE("writers wait for each other and lose nothing") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  OpenRing ring = must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
  std::vector<std::thread> threads;
  std::vector<int> failed(4, 0);
  for (std::size_t t = 0; t < failed.size(); ++t) {
    threads.emplace_back([&, t] {
      CountingEntropy own;
      auto own_provider = app_key('p');
      auto mine = KeyRing::open_store(folder / "ring", "a", own_provider);
      for (int i = 0; i < 10; ++i)
        if (!mine || !mine->add_database_key("vault:" + std::to_string(t) + "." + std::to_string(i), own)) ++failed[t];
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == std::vector<int>(4, 0));
  CHECK(must(ring.database_names()).size() == 40);
}

TEST_CASE("a held lock is waited for, then it is busy") {
  const Folder folder;
  const FileLock held = must(FileLock::take(folder / "ring", std::chrono::milliseconds(0)));
  const auto refused = FileLock::take(folder / "ring", std::chrono::milliseconds(30));
  CHECK(code_of(refused) == Code::store_busy);
  CHECK(refused.error().retry == Retry::later);
}

TEST_CASE("a kill while writing leaves the old or the new key ring") {
  const Folder folder;
  CountingEntropy entropy;
  auto provider = app_key('p');
  must(KeyRing::create_store(folder / "ring", "a", provider, entropy));
  std::size_t names = 0;
  for (int round = 0; round < 15; ++round) {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto ring = KeyRing::open_store(folder / "ring", "a", provider);
      for (int i = 0; ring; ++i)
        if (!ring->add_database_key("v" + std::to_string(round) + "." + std::to_string(i), entropy) ||
            ::write(pipe_ends[1], "k", 1) != 1)
          break;
      ::_exit(1);
    }
    ::close(pipe_ends[1]);
    char byte = 0;
    std::size_t reported = ::read(pipe_ends[0], &byte, 1) == 1 ? 1 : 0;
    ::usleep(static_cast<useconds_t>(331 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_ends[0], &byte, 1) == 1) ++reported;
    ::close(pipe_ends[0]);
    OpenRing ring = must(KeyRing::open_store(folder / "ring", "a", provider));
    const auto found = must(ring.database_names());
    CHECK(reported > 0);
    CHECK(found.size() >= names + reported);
    names = found.size();
    for (const std::string& name : found) CHECK(ring.database_key(name).has_value());
  }
}

TEST_CASE("secrets move, clone on purpose and end empty") {
  Secret a(std::string_view("key"));
  Secret b = std::move(a);
  CHECK(a.empty());  // NOLINT(bugprone-use-after-move): that is the point
  CHECK(b.reveal_text() == "key");
  const Secret c = b.clone();
  b = Secret(std::string_view("other"));
  CHECK(c.reveal_text() == "key");
  CHECK(b.size() == 5);
  std::array<std::byte, 4> memory{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  wipe(memory);
  CHECK(memory == std::array<std::byte, 4>{});
  wipe({});
}

}  // namespace
}  // namespace meisai::keys::test
