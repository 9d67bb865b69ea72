// SPDX-License-Identifier: Apache-2.0
//
// Our texts of the consent screen. A profile may replace any of them but those about the end and the data.
// `{issuer}`, `{until}`, `{days}`, `{history}` and `{contact}` are filled in. A change here is a new version.
#pragma once

#include <array>
#include <string_view>

namespace meisai::consent {

inline constexpr std::string_view text_version = "2026-11-20";

struct ItemText {
  std::string_view key;
  bool important;  ///< agreed to by an act of its own (METI-3.4.2-i-a)
  bool profile_may_replace;
  std::string_view title_ja, title_en;
  std::string_view text_ja, text_en;
};

inline constexpr auto item_texts = std::to_array<ItemText>({
    {"who", false, true, "取得する者", "Who fetches",
     "お使いの Meisai が、あなたの依頼により {issuer} から情報を取得します。Meisai は {issuer} "
     "のサービスではありません。",
     "Your Meisai fetches information from {issuer} because you ask it to. Meisai is not a service of {issuer}."},
    {"service", false, true, "連携先のサービス", "The linked service", "{issuer} の参照系 API",
     "The read-only API of {issuer}"},
    {"scope", true, true, "権限の内容と範囲", "What is read",
     "カード、請求、利用明細を読み取ります（過去 {history} "
     "日分まで）。支払い、登録内容の変更など、書き込みは一切行いません。",
     "Cards, statements and transactions are read, up to {history} days back. Nothing is ever paid, changed or "
     "written."},
    {"token_use", false, true, "トークンの使いみち", "What the token is used for",
     "{issuer} が発行するトークンは、上の範囲の情報を新しく取得するためだけに使います。あなたの "
     "ID・パスワード・カード番号は、"
     "{issuer} の画面にだけ入力し、Meisai には渡りません。",
     "The token that {issuer} issues is used to fetch the above and for nothing else. Your id, password and card "
     "number "
     "are entered on {issuer}'s own page only and never reach Meisai."},
    {"longest_end", true, false, "有効期限", "Until when",
     "最長で {until} まで（{days} 日）。この時刻を過ぎると取得しません。トークンの更新で延びることはありません。",
     "Until {until} at the longest ({days} days). At that instant fetching stops. Refreshing a token never moves it."},
    {"end_terms", true, false, "終了後の保存データ", "What becomes of the data at the end", "", ""},
    {"withdrawal", false, false, "解除の方法", "How to withdraw",
     "いつでも meisai consent revoke で撤回できます。取得はその時点で止まり、{issuer} にも取消しを伝えます。{issuer} "
     "の画面からも解除できます。",
     "At any time by `meisai consent revoke`: fetching stops at that moment and {issuer} is told. You can also "
     "withdraw "
     "on {issuer}'s own pages."},
    {"recipients", false, false, "提供先", "Who else gets it", "ほかの誰にも提供しません。",
     "Nobody else gets the data."},
    {"cautions", true, true, "ご注意", "Please note",
     "取得した明細は速報を含み、確定した請求と異なることがあります。端末の紛失や不正利用の疑いがあるときは、すぐに "
     "meisai incident open "
     "で取得を止め、{issuer} に連絡してください。",
     "Fetched transactions include preliminary ones and may differ from the final statement. If a device is lost or "
     "you "
     "suspect misuse, stop fetching at once by `meisai incident open` and contact {issuer}."},
    {"availability", false, true, "利用できないとき", "When it may be unavailable",
     "{issuer} の休止時間や保守、同意の期限切れ、事故時の遮断の間は取得できません。保存済みの明細はその間も読めます。",
     "During closing hours or maintenance of {issuer}, after the end of this consent, and during a cutoff after an "
     "incident nothing is fetched. What is stored stays readable meanwhile."},
    {"encryption", false, false, "暗号化", "Encryption",
     "通信は TLS 1.2 以上、保存は AES-256 で暗号化します。トークンはさらに別の鍵で包みます。",
     "Transfers use TLS 1.2 or later, storage AES-256. Tokens are wrapped again under a key of their own."},
    {"compensation", false, true, "補償", "Compensation",
     "損害が生じた場合の補償は {issuer} の規約によります。Meisai をご自身でお使いの場合、Meisai "
     "からの補償はありません。",
     "Compensation for damage follows the terms of {issuer}. Where you run Meisai yourself there is none from Meisai."},
    {"contacts", false, true, "規約・問い合わせ先", "Terms and contacts", "{contact}", "{contact}"},
});

struct EndTermsText {
  std::string_view ja, en;
};
/// In the order of EndTerms.
inline constexpr auto end_terms_texts = std::to_array<EndTermsText>({
    {"終了後も、取得済みの明細をあなた自身は読み、書き出せます（keep）。",
     "What was fetched stays readable and exportable for you yourself (keep)."},
    {"終了すると、更新するまで誰も読めません（seal）。", "At the end nobody can read it until you renew (seal)."},
    {"終了すると、取得済みの明細を消去します。元に戻せません（erase）。",
     "At the end what was fetched is destroyed. This cannot be undone (erase)."},
});

}  // namespace meisai::consent
