// SPDX-License-Identifier: Apache-2.0
//
// Names that are API: error codes, ids. They never change and read back.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <set>

#include "engine/ledger/public_id.h"
#include "meisai/error.h"
#include "meisai/ids.h"

using namespace meisai;
using ledger::IdKind;

TEST_CASE("every code has a name of its own and reads back") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Code::internal_bug); ++i) {
    const auto code = static_cast<Code>(i);
    CHECK(names.insert(name_of(code)).second);
    CHECK(code_named(name_of(code)) == code);
  }
  CHECK(is_refusal(Code::rate_limited));
  CHECK_FALSE(is_refusal(Code::invalid_argument));
  CHECK_FALSE(code_named("no_such_code").has_value());
}

TEST_CASE("an error's place says only what is known") {
  CHECK(Where{}.empty());
  CHECK(Where{.issuer = "jcb_card", .row = 7, .column = 5}.text() == "jcb_card, row 7, column 5");
}

TEST_CASE("outside text becomes an id only where it is one") {
  CHECK(IssuerId::parse("jcb_card").has_value());
  for (const std::string& wrong : {std::string(), std::string("a b"), std::string("日本"), std::string(65, 'a')})
    CHECK_FALSE(IssuerId::parse(wrong).has_value());
}

TEST_CASE("public ids read back in their own vault only", "[property]") {
  CHECK(rc::check("ids", [] {
    const auto number = *rc::gen::positive<std::int64_t>();
    const std::string id = ledger::public_id(IdKind::transaction, "a2h3", number);
    RC_ASSERT(id.size() <= 20);
    RC_ASSERT(ledger::number_of(IdKind::transaction, "a2h3", id) == number);
    RC_ASSERT(!ledger::number_of(IdKind::transaction, "b2h3", id));
    RC_ASSERT(!ledger::number_of(IdKind::card, "a2h3", id));
    RC_ASSERT(ledger::number_of(IdKind::transaction, "a2h3", id + "0") != number);
  }));
  for (const char* wrong : {"", "t", "ta2h3", "ta2h300000", "ta2h3000001", "ta2h30000i", "TA2H300001"})
    CHECK_FALSE(ledger::number_of(IdKind::transaction, "a2h3", wrong).has_value());
}
