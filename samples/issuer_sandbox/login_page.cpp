// SPDX-License-Identifier: Apache-2.0
//
// Plain HTML: two forms that a browser shows and curl can send.
#include "samples/issuer_sandbox/login_page.h"

namespace sandbox {
namespace {

std::string frame(const Company& company, const std::string& content) {
  return R"(<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>)" +
         html(company.name_ja) + " / " + html(company.name_en) + R"(</title>
<style>
body{font:16px/1.6 sans-serif;max-width:34em;margin:3em auto;padding:0 1em;color:#1b1b1b}
h1{font-size:1.3em;border-bottom:2px solid #2f6f6a;padding-bottom:.3em}
p.test{background:#fff3cd;padding:.5em 1em}
button,input{font:inherit;padding:.5em 1.2em;margin:.2em}
button.main{background:#2f6f6a;color:#fff;border:0}
</style></head><body>
<h1>)" + html(company.name_ja) +
         " / " + html(company.name_en) + R"(</h1>
<p class="test">試験用の会社です。実在しません。/ This company is a sandbox and does not exist.</p>
)" + content +
         "</body></html>\n";
}

std::string hidden(const std::string& interaction) {
  return R"(<input type="hidden" name="interaction" value=")" + html(interaction) + "\">\n";
}

}  // namespace

std::string login_page(const Company& company, const std::string& interaction) {
  return frame(company, R"(<form method="post" action="/authorize/login">
)" + hidden(interaction) + R"(<p><label>お名前（何でもかまいません）/ Name (any will do)<br>
<input name="name" autocomplete="off" required autofocus></label></p>
<p><button class="main">ログイン / Log in</button></p>
</form>
)");
}

std::string consent_page(const Company& company, const std::string& interaction, const std::string& name,
                         const std::optional<ConsentObject>& consent) {
  std::string cards;
  for (const CompanyCard& card : company.cards) {
    cards += "<li>" + html(card.nickname) + " (" + company.mask + card.last4 + ")</li>\n";
  }
  std::string until = "期限なし / open-ended";
  if (consent && consent->expires) {
    until = instant_text(*consent->expires);
  }
  return frame(company, "<p>" + html(name) + R"( 様</p>
<p>次のカードのご利用明細を、お申し込みのプログラムが<strong>読み取る</strong>ことを許可しますか。<br>
Shall the program that asked for it be allowed to <strong>read</strong> these cards and their statements?</p>
<ul>
)" + cards + R"(</ul>
<p>期限 / Until: )" + html(until) +
                            R"(</p>
<form method="post" action="/authorize/consent">
)" + hidden(interaction) + R"(<p><button class="main" name="decision" value="allow">許可する / Allow</button>
<button name="decision" value="deny">許可しない / Deny</button></p>
</form>
)");
}

std::string refusal_page(const Company& company, const std::string& reason) {
  return frame(company, "<p>お受けできません。/ This cannot be answered: " + html(reason) + "</p>\n");
}

}  // namespace sandbox
