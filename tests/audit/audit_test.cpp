// SPDX-License-Identifier: Apache-2.0
//
// The audit chain (I9): an entry that was edited, dropped, moved or added shows, wherever in the chain it
// stands, and the bytes that a hash covers never change.
#include "meisai/audit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <vector>

namespace {

using namespace meisai;
using std::chrono::milliseconds;

AuditDraft draft(int number) {
  return {.at = Instant(milliseconds(1'790'000'000'000 + number)),
          .actor = "subject",
          .operation = "import",
          .object = "document 3f9a0c11d2e4 rows " + std::to_string(number),
          .result = "done",
          .reason = ""};
}

std::vector<AuditEntry> chain(int length) {
  std::vector<AuditEntry> entries;
  for (int i = 0; i < length; ++i)
    entries.push_back(seal_entry(draft(i), entries.empty() ? std::nullopt : std::optional(entries.back())));
  return entries;
}

/// How many entries the verifier accepts before it refuses one.
std::size_t accepted(const std::vector<AuditEntry>& entries) {
  AuditVerifier verifier;
  std::size_t count = 0;
  for (const AuditEntry& entry : entries) {
    const auto result = verifier.accept(entry);
    if (!result) {
      CHECK(result.error().code == Code::audit_broken);
      break;
    }
    ++count;
  }
  CHECK(verifier.count() == count);
  return count;
}

}  // namespace

TEST_CASE("sha256 and hex are the standard's") {
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256(std::string(1'000'000, 'a'))) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("an entry's hash covers fixed bytes") {
  // Made once by an independent program (struct.pack and hashlib). If this fails, old chains no longer verify.
  const AuditEntry first = seal_entry({.at = Instant(milliseconds(1'790'000'000'123)),
                                       .actor = "subject",
                                       .operation = "import",
                                       .object = "document 3f9a0c11d2e4 added 12",
                                       .result = "refused",
                                       .reason = "cutoff_all"},
                                      std::nullopt);
  CHECK(first.seq == 1);
  CHECK(first.previous == Digest{});
  CHECK(hex(first.hash) == "498b056a5dc6e3bb482aab421f9fcf77979f2dd7f09a839d926b7965fa5d8ee8");

  const AuditEntry second =
      seal_entry({.at = Instant(milliseconds(-1)), .actor = "engine", .object = "\xe6\x98\x8e"}, first);
  CHECK(second.seq == 2);
  CHECK(second.previous == first.hash);
  CHECK(hex(second.hash) == "5c138c109efe03a253ffdaac52cf34113a6abba8bbe4b264e42b5d39b22fbddc");
}

TEST_CASE("a whole chain verifies") {
  const auto entries = chain(50);
  AuditVerifier verifier;
  for (const AuditEntry& entry : entries) REQUIRE(verifier.accept(entry));
  CHECK(verifier.count() == 50);
  CHECK(verifier.head() == entries.back().hash);
}

TEST_CASE("an edit of any field shows at its entry") {
  using Edit = std::function<void(AuditEntry&)>;
  const std::vector<Edit> edits{
      [](AuditEntry& e) { e.at += milliseconds(1); },
      [](AuditEntry& e) { e.actor = "operator"; },
      [](AuditEntry& e) { e.operation += "s"; },
      [](AuditEntry& e) { e.object.back() = '!'; },
      [](AuditEntry& e) { e.result = "refused"; },
      [](AuditEntry& e) { e.reason = "cutoff_all"; },
      [](AuditEntry& e) { e.seq += 1; },
      [](AuditEntry& e) { e.previous[31] ^= 1U; },
      [](AuditEntry& e) { e.hash[0] ^= 1U; },
  };
  for (std::size_t which = 0; which < edits.size(); ++which)
    for (const std::size_t position : {0U, 4U, 9U}) {
      auto entries = chain(10);
      edits[which](entries[position]);
      INFO("edit " << which << " at " << position);
      CHECK(accepted(entries) == position);
    }
}

TEST_CASE("moving text from one field to the next shows") {
  auto entries = chain(3);
  entries[1].actor = "subjecti";
  entries[1].operation = "mport";
  CHECK(accepted(entries) == 1);
}

TEST_CASE("an edit that also renews the entry's own hash shows at the next entry") {
  auto entries = chain(5);
  AuditDraft edited = entries[2];
  edited.object = "document 000000000000 rows 0";
  entries[2] = seal_entry(edited, entries[1]);
  CHECK(accepted(entries) == 3);
}

TEST_CASE("a dropped, repeated, moved or added entry shows") {
  for (std::size_t position = 0; position + 1 < 6; ++position) {
    INFO("position " << position);
    const auto offset = static_cast<std::ptrdiff_t>(position);

    auto dropped = chain(6);
    dropped.erase(dropped.begin() + offset);
    CHECK(accepted(dropped) == position);

    auto repeated = chain(6);
    repeated.insert(repeated.begin() + offset, repeated[position]);
    CHECK(accepted(repeated) == position + 1);

    auto moved = chain(6);
    std::swap(moved[position], moved[position + 1]);
    CHECK(accepted(moved) == position);

    auto added = chain(6);
    const auto before = position == 0 ? std::nullopt : std::optional(added[position - 1]);
    added.insert(added.begin() + offset, seal_entry(draft(99), before));
    CHECK(accepted(added) == position + 1);
  }
}

TEST_CASE("a dropped tail leaves a chain that verifies: its anchor has to be compared") {
  auto entries = chain(6);
  const Digest head = entries.back().hash;
  entries.pop_back();
  AuditVerifier verifier;
  for (const AuditEntry& entry : entries) REQUIRE(verifier.accept(entry));
  CHECK(verifier.count() == 5);
  CHECK(verifier.head() != head);
}

TEST_CASE("a refused entry leaves the verifier where it was") {
  const auto entries = chain(3);
  AuditVerifier verifier;
  REQUIRE(verifier.accept(entries[0]));
  REQUIRE_FALSE(verifier.accept(entries[2]));
  CHECK(verifier.head() == entries[0].hash);
  REQUIRE(verifier.accept(entries[1]));
  REQUIRE(verifier.accept(entries[2]));
}

TEST_CASE("the refusal names the first entry that does not follow") {
  const auto entries = chain(3);
  AuditVerifier verifier;
  REQUIRE(verifier.accept(entries[0]));
  const auto result = verifier.accept(entries[2]);
  REQUIRE_FALSE(result);
  CHECK(result.error().what.find("entry 2 ") != std::string::npos);
}
