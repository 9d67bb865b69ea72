// SPDX-License-Identifier: Apache-2.0
//
// CSV in every shape that RFC 4180 allows, in pieces of every size, and what it does not allow refused.
#include "adapters/japan_files/table_reader.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

namespace meisai::test {
namespace {

using japan_files::TableReader;
using japan_files::TableRow;
using Table = std::vector<std::vector<std::string>>;

struct ReadTable {
  Table rows;
  std::vector<std::uint64_t> lines;
  bool inside_quotes = false;
  bool last_terminated = true;
  std::optional<Error> error;
};

ReadTable read_table(std::string_view text, std::size_t step = 0) {
  ReadTable read;
  TableReader table;
  TableRow row;
  const auto keep = [&] {
    read.rows.emplace_back(row.cells.begin(), row.cells.end());
    read.lines.push_back(row.line);
    read.last_terminated = row.terminated;
  };
  if (step == 0) step = std::max<std::size_t>(text.size(), 1);
  for (std::size_t at = 0; at < text.size(); at += step) {
    table.input() += text.substr(at, step);
    for (;;) {
      const auto more = table.next(row);
      if (!more) {
        read.error = more.error();
        return read;
      }
      if (!*more) break;
      keep();
    }
  }
  const auto left = table.last(row, read.inside_quotes);
  if (left && *left) keep();
  return read;
}

}  // namespace

TEST_CASE("records, cells and lines", "[csv]") {
  struct Case {
    std::string_view text;
    Table rows;
    std::vector<std::uint64_t> lines;
  };
  const Case cases[] = {
      {"", {}, {}},
      {"a,b\n", {{"a", "b"}}, {1}},
      {"a,b", {{"a", "b"}}, {1}},
      {"a,b\r\nc\r\n", {{"a", "b"}, {"c"}}, {1, 2}},
      {"a,\n,b\n", {{"a", ""}, {"", "b"}}, {1, 2}},
      {"\n\na\n", {{""}, {""}, {"a"}}, {1, 2, 3}},
      {"\"a\",\"b\"\n", {{"a", "b"}}, {1}},
      {"\"a,b\",\"c\"\"d\"\"\"\n", {{"a,b", "c\"d\""}}, {1}},
      {"\"a\nb\r\nc\",d\ne\n", {{"a\nb\r\nc", "d"}, {"e"}}, {1, 4}},
      {"\"\",\"\"\r\n\"\"", {{"", ""}, {""}}, {1, 2}},
      {"a\"b,c\"\n", {{"a\"b", "c\""}}, {1}},
      {"a,\r\n", {{"a", ""}}, {1}},
      {"a,\r", {{"a", ""}}, {1}},
      {"a,", {{"a", ""}}, {1}},
      {"a\rb,c\n", {{"a\rb", "c"}}, {1}},
      {"\"a\"\r", {{"a"}}, {1}},
      {"ソ\\,表|\n", {{"ソ\\", "表|"}}, {1}},
  };
  for (const Case& each : cases)
    for (const std::size_t step : {0u, 1u, 2u, 3u, 5u}) {
      INFO("text [" << each.text << "], step " << step);
      const ReadTable read = read_table(each.text, step);
      CHECK(!read.error);
      CHECK(read.rows == each.rows);
      CHECK(read.lines == each.lines);
      CHECK_FALSE(read.inside_quotes);
    }
}

TEST_CASE("text after a closing quote is refused", "[csv]") {
  for (const std::string_view text : {"\"a\"b\n", "\"a\" ,b\n", "\"a\"\rb\n"}) {
    const ReadTable read = read_table(std::string("x\n") + std::string(text));
    REQUIRE(read.error);
    CHECK(read.error->code == Code::document_unreadable);
    CHECK(read.error->where.row == 2);
  }
}

TEST_CASE("a document that ends inside quotes says so", "[csv]") {
  const ReadTable read = read_table("a\n\"b,c\nd", 2);
  CHECK(read.inside_quotes);
  CHECK_FALSE(read.last_terminated);
}

TEST_CASE("a record longer than one MiB is refused, one as long is not", "[csv]") {
  const std::string longest(TableReader::longest_record, 'a');
  for (const std::size_t step : {0u, 65'536u}) {
    CHECK(!read_table("x\n" + longest + "\ny\n", step).error);
    for (const std::string& too_long : {longest + "b\n", longest + "b", "\"" + longest + "\n\n\n", longest + longest}) {
      const ReadTable read = read_table("x\n" + too_long, step);
      REQUIRE(read.error);
      CHECK(read.error->code == Code::record_too_long);
      CHECK(read.error->where.row == 2);
    }
  }
}

TEST_CASE("what is written as CSV is read as it was", "[csv]") {
  const auto cell = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\",\n\r 7")));
  CHECK(rc::check("round trip", [&] {
    const auto rows = *rc::gen::nonEmpty(
        rc::gen::container<Table>(rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(cell))));
    const bool carriage = *rc::gen::arbitrary<bool>();
    const auto step = *rc::gen::inRange<std::size_t>(1, 9);
    std::string text;
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        text += i > 0 ? ",\"" : "\"";
        for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
        text += '"';
      }
      text += carriage ? "\r\n" : "\n";
    }
    RC_ASSERT(read_table(text, step).rows == rows);
  }));
}

}  // namespace meisai::test
