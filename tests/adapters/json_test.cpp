// SPDX-License-Identifier: Apache-2.0
//
// Strict JSON (RFC 8259): what two readers could read differently is refused, and no number loses its characters.
#include "adapters/json/json.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace meisai::test {
namespace {

using json::Kind;
using json::Limits;
using json::Reader;
using json::Value;

Result<std::string> compacted(std::string_view text, const Limits& limits = {}) {
  Reader reader;
  MEISAI_ASSIGN(const Value value, reader.read(text, limits));
  return json::compact(value);
}

std::string error_of(std::string_view text, const Limits& limits = {}) {
  const auto read = compacted(text, limits);
  return read ? "read: " + *read : read.error().what;
}

/// Does nlohmann's strict parser take it, names standing twice apart?
bool taken_elsewhere(const std::string& text) { return nlohmann::json::accept(text); }

}  // namespace

TEST_CASE("values keep their characters") {
  CHECK(compacted(" {\"a\" : [1, -0, 12.50, 1E+05, 123456789012345678901234567890.10]} ").value() ==
        R"({"a":[1,-0,12.50,1E+05,123456789012345678901234567890.10]})");
  CHECK(compacted(R"(["\u00e9\n\"\\\/\ud83d\ude00",true,false,null,{}])").value() ==
        "[\"\xc3\xa9\\u000a\\\"\\\\/\xf0\x9f\x98\x80\",true,false,null,{}]");
  CHECK(compacted("17").value() == "17");
  CHECK(compacted("\"\"").value() == "\"\"");
}

TEST_CASE("members are found by name and pointer, whatever their order") {
  Reader reader;
  const std::string text = R"({"b":{"x":[10,{"y/~":"deep"}]},"\u0061":"first","n":1})";
  const Value root = reader.read(text, {}).value();
  CHECK(root.string("a") == "first");
  CHECK(root.string("n").empty());
  CHECK(root.find("n", Kind::number)->text() == "1");
  CHECK_FALSE(root.find("c"));
  CHECK(root.find("b")->raw() == R"({"x":[10,{"y/~":"deep"}]})");
  CHECK(json::Pointer::parse("/b/x/1/y~1~0").value().in(root)->text() == "deep");
  for (const char* nowhere : {"/b/x/2", "/b/x/01", "/b/x/-", "/c", "/a/b", "/b/x/1/y"})
    CHECK_FALSE(json::Pointer::parse(nowhere).value().in(root));
  for (const char* no_pointer : {"", "b", "b/x", "/~", "/~2"}) CHECK_FALSE(json::Pointer::parse(no_pointer));
}

TEST_CASE("what is not strict is refused, with the byte and the place") {
  CHECK(error_of(R"({"Data":{"Transaction":[{},{"a":1,"a":2}]}})") ==
        "not strict JSON at byte 34, in /Data/Transaction/1: a member name stands twice in one object");
  CHECK(error_of(R"({"a":1,"\u0061":2})").find("twice") != std::string::npos);
  CHECK(error_of("\xef\xbb\xbf{}").find("byte order mark") != std::string::npos);
  CHECK(error_of("{} {}").find("follow the end") != std::string::npos);
  CHECK(error_of("{}x").find("follow the end") != std::string::npos);
  CHECK(error_of("").find("empty") != std::string::npos);
  CHECK(error_of("  \n").find("empty") != std::string::npos);
  CHECK(error_of("\"\xff\"").find("UTF-8") != std::string::npos);
  CHECK(error_of("\"\xed\xa0\x80\"").find("UTF-8") != std::string::npos);  // a surrogate
  CHECK(error_of("\"a\tb\"").find("control") != std::string::npos);
  for (const char* bad : {"{",           "[",           "]",
                          "[1,]",        "[,1]",        "[1 2]",
                          "{\"a\"}",     "{\"a\":}",    "{\"a\":1,}",
                          "{a:1}",       "{\"a\" 1}",   "{'a':1}",
                          "[1}",         "{\"a\":1]",   "tru",
                          "truex",       "nul",         "True",
                          "NaN",         "Infinity",    "+1",
                          "01",          "-",           "-01",
                          "1.",          ".5",          "1e",
                          "1e+",         "0x10",        "1_000",
                          "1a",          "123\"a\"",    "\"a\"b",
                          "\"a\"\"b\"",  "\"\\x41\"",   "\"\\u12\"",
                          "\"\\u12G4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
                          "\"\\udc00\"", "\"abc",       "\"abc\\\"",
                          "// c\n1",     "[1]//",       "1,2",
                          ",",           ":",           "{\"a\":1:2}",
                          "{1:2}",       "[\"a\":1]"}) {
    CAPTURE(bad);
    CHECK(error_of(bad).starts_with("not strict JSON"));
  }
}

TEST_CASE("errors hold no content: names with digits and values stay out") {
  CHECK(error_of(R"({"4111111111111111":{"secret shop":[tru]}})") ==
        "not strict JSON at byte 36, in /*/*/0: not a JSON value");
}

TEST_CASE("limits: depth, values, members, bytes") {
  CHECK(compacted("[[[1]]]", {.deepest = 3}));
  CHECK(error_of("[[[[1]]]]", {.deepest = 3}).find("deeper") != std::string::npos);
  CHECK(error_of(std::string(5'000'000, '['), {}).find("deeper") != std::string::npos);
  CHECK(compacted("[1,2,3]", {.most_values = 4}));
  CHECK(error_of("[1,2,3,4]", {.most_values = 4}).find("more values") != std::string::npos);
  CHECK(error_of(R"({"a":1,"b":2,"c":3})", {.most_members = 2}).find("more members") != std::string::npos);
  CHECK(compacted("[1,2,3]", {.largest = 6}).error().code == Code::answer_too_large);
}

TEST_CASE("one reader reads many documents, longer and shorter") {
  Reader reader;
  for (const int size : {10, 100'000, 3, 20'000, 0}) {
    std::string text = "[0";
    for (int i = 1; i <= size; ++i) text += "," + std::to_string(i);
    text += "]";
    const Value list = reader.read(text, {}).value();
    int seen = 0;
    for (const Value each : list.children()) CHECK(each.text() == std::to_string(seen++));
    CHECK(seen == size + 1);
  }
}

TEST_CASE("another strict reader takes and refuses the same bytes") {
  const std::string seed = R"({"a":[1,-2.5e3,"x\u00e9\n",true,null],"b":{"c":[],"d":{}}, "e" : "日本" })";
  CHECK(rc::check("mutated", [&] {
    std::string text = seed;
    for (int i = *rc::gen::inRange(1, 4); i > 0 && !text.empty(); --i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      switch (*rc::gen::inRange(0, 4)) {
        case 0:
          text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
          break;
        case 1:
          text.erase(at, *rc::gen::inRange<std::size_t>(1, 5));
          break;
        case 2:
          text.insert(at, 1, *rc::gen::element('"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', 'e', '.', '-'));
          break;
        default:
          text.resize(at);
      }
    }
    const auto read = compacted(text);
    if (!read && read.error().what.find("twice") != std::string::npos) return;
    if (text.starts_with("\xef\xbb\xbf")) return;
    RC_ASSERT(read.has_value() == taken_elsewhere(text));
    if (read) RC_ASSERT(nlohmann::json::parse(*read) == nlohmann::json::parse(text));
  }));
}

}  // namespace meisai::test
