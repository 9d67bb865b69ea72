// SPDX-License-Identifier: Apache-2.0
//
// Which bytes are which text: our table against the C library's, encodings decided and held to, and what is no
// text refused with its line.
#include "adapters/japan_files/decoder.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "adapters/japan_files/cp932.h"
#include "tests/adapters/reading.h"

namespace meisai::test {
namespace {

using japan_files::Decoder;

struct Decoded {
  std::string text;
  std::string encoding;
  bool cut = false;
  std::optional<Error> error;
};

Decoded decode(std::string_view bytes, std::size_t step = 0) {
  Decoder decoder;
  Decoded result;
  if (step == 0) step = std::max<std::size_t>(bytes.size(), 1);
  Result<void> done;
  for (std::size_t at = 0; at < bytes.size() && done; at += step)
    done = decoder.feed(bytes.substr(at, step), result.text);
  if (done) done = decoder.finish(result.text);
  if (!done) result.error = done.error();
  result.encoding = decoder.encoding();
  result.cut = decoder.cut_inside_character();
  return result;
}

std::string encoded(char16_t c) {
  std::string text;
  if (c >= 0x800) {
    text += static_cast<char>(0xe0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
  } else {
    text += static_cast<char>(0xc0 | (c >> 6));
  }
  return text + static_cast<char>(0x80 | (c & 0x3f));
}

/// What the C library makes of two bytes; empty where it knows no character.
std::string by_library(char lead, char trail) {
  try {
    return utf8(std::string{lead, trail});
  } catch (const std::runtime_error&) {
    return {};
  }
}

}  // namespace

TEST_CASE("our CP932 is the C library's", "[decoder]") {
  int characters = 0;
  for (unsigned lead = 0x80; lead <= 0xff; ++lead) {
    if (!japan_files::is_cp932_lead(static_cast<unsigned char>(lead))) continue;
    for (unsigned trail = 0; trail <= 0xff; ++trail) {
      const char16_t ours =
          japan_files::cp932_pair(static_cast<unsigned char>(lead), static_cast<unsigned char>(trail));
      const std::string theirs = by_library(static_cast<char>(lead), static_cast<char>(trail));
      if ((ours == 0 ? std::string() : encoded(ours)) != theirs) FAIL(std::hex << lead << " " << trail);
      characters += ours != 0 ? 1 : 0;
    }
  }
  CHECK(characters > 9000);
}

TEST_CASE("CP932 means what Windows means by it", "[decoder]") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"\x81\x60", "\uff5e"}, {"\x81\x7c", "\uff0d"},  {"\x81\x61", "\u2225"}, {"\x81\x5c", "\u2015"},
      {"\x87\x8a", "㈱"},     {"\x87\x40", "①"},       {"\xfb\xfc", "髙"},     {"\xee\xe0", "髙"},
      {"\x83\x5c", "ソ"},     {"\x95\x5c", "表"},      {"\x94\x5c", "能"},     {"\x8f\x5c", "十"},
      {"\x83\x7c", "ポ"},     {"\xd0\xce\xdd", "ﾐﾎﾝ"}, {"\\100", "\\100"},     {"\x81\x8f", "￥"}};
  for (const auto& [bytes, text] : cases) {
    const Decoded decoded = decode("店" == text ? bytes : std::string("\x93\x58 ") + std::string(bytes));
    CHECK(decoded.encoding == "CP932");
    CHECK(decoded.text == "店 " + std::string(text));
  }
}

TEST_CASE("a byte order mark, strict UTF-8, and CP932 are told apart", "[decoder]") {
  CHECK(decode("\xef\xbb\xbf見本").text == "見本");
  CHECK(decode("\xef\xbb\xbf見本").encoding == "UTF-8");
  CHECK(decode("見本").encoding == "UTF-8");
  CHECK(decode("plain").encoding == "UTF-8");
  CHECK(decode(cp932("見本")).encoding == "CP932");
  CHECK(decode(cp932("見本")).text == "見本");
  CHECK(decode("").text.empty());
  // The decision needs the whole window: the first bytes alone fit both.
  const std::string late = "ﾃｱ," + std::string(60'000, 'a') + "見本";
  CHECK(decode(cp932(late)).text == late);
  for (const std::size_t step : {1u, 2u, 3u, 1000u}) {
    CHECK(decode("\xef\xbb\xbf見本㈱", step).text == "見本㈱");
    CHECK(decode(cp932("見本㈱ﾐﾎﾝ\n髙"), step).text == "見本㈱ﾐﾎﾝ\n髙");
    CHECK(decode(cp932(late), step).text == late);
  }
}

TEST_CASE("a character that the document's end cuts is dropped and told", "[decoder]") {
  const Decoded wide = decode(cp932("見本").substr(0, 3));
  CHECK(wide.text == "見");
  CHECK(wide.cut);
  const Decoded narrow = decode(std::string_view("見本").substr(0, 5));
  CHECK(narrow.text == "見");
  CHECK(narrow.cut);
  CHECK_FALSE(decode(cp932("見本")).cut);
  CHECK(decode("a\xef\xbb").cut);
}

TEST_CASE("bytes that are no text are refused with their line", "[decoder]") {
  struct Case {
    std::string bytes;
    Code code;
    std::uint64_t row;  // 0: the last line of the text before
  };
  const std::string japanese = "見本ストア\n";
  const std::string far(70'000, 'a');
  const Case cases[] = {
      {std::string("a\nb\0c", 5), Code::not_text, 0},
      {japanese + std::string("b\0c", 3), Code::not_text, 2},
      {"a\nb\xff\xff\n", Code::not_text, 2},
      {"見本" + far + "\n" + cp932(japanese), Code::mixed_encodings, 0},
      {japanese + "円\n" + cp932("表\n"), Code::mixed_encodings, 3},
      {cp932(japanese) + "見本ストア\n", Code::mixed_encodings, 0},
      {cp932(japanese) + far + "見本ストア\n", Code::mixed_encodings, 0},
      {cp932(japanese) + far + "\x81\n", Code::mixed_encodings, 0},
      {cp932(japanese) + far + "\x81\x0a\xff\n", Code::mixed_encodings, 0},
      {"\xef\xbb\xbf" + cp932(japanese), Code::mixed_encodings, 0},
      {"見本\xed\xa0\x80\n", Code::not_text, 1},
  };
  for (const Case& each : cases)
    for (const std::size_t step : {0u, 1u, 5u, 4096u}) {
      INFO("case " << &each - cases << ", step " << step);
      const Decoded decoded = decode(each.bytes, step);
      REQUIRE(decoded.error);
      CHECK(decoded.error->code == each.code);
      CHECK_FALSE(decoded.error->remedy.empty());
      if (each.row > 0) CHECK(decoded.error->where.row <= each.row);
    }
}

TEST_CASE("strict UTF-8 refuses surrogates, overlong forms and what is beyond Unicode", "[decoder]") {
  for (const std::string_view bytes : {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                                       "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80", "\xe3\x81 "})
    CHECK(japan_files::check_utf8(bytes).broken);
  for (const std::string_view bytes : {"é", "見本", "𝟎", "\u07ff", "\U0010ffff", "\uffff"})
    CHECK(japan_files::check_utf8(bytes).valid == bytes.size());
}

}  // namespace meisai::test
