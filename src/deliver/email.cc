// A mail: multipart/alternative (RFC 2046) of text and HTML, UTF-8 in base64, so that no line is too long and none begins with a dot.
#include <fmt/format.h>

#include <array>

#include "base/hash.h"
#include "deliver/chat.h"
#include "deliver/names.h"
#include "deliver/signing.h"

namespace alarum::deliver {
namespace {

constexpr std::size_t kText = 512 * 1024;  // bytes

std::string in_lines(const std::string& text) {
  const auto packed = base64(text);
  std::string out;
  for (std::size_t at = 0; at < packed.size(); at += 76) out += packed.substr(at, 76) + "\r\n";
  return out;
}

// RFC 2047: encoded words of at most 75 characters, cut between characters of UTF-8.
std::string encoded_words(std::string text) {
  std::string out;
  while (!text.empty()) {
    auto part = cut(text, 45, "");
    if (part.empty()) part = text.substr(0, 1);
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(part) + "?=";
    text.erase(0, part.size());
  }
  return out;
}

// RFC 5322, 3.3.
std::string mail_date(Time time) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string html_of(const Chat& chat, const std::string& text) {
  return fmt::format(
      "<!doctype html><html><body style=\"font-family:sans-serif\"><div style=\"border-left:4px solid {};padding-left:12px\"><h3>{}</h3><p>{}</p></div></body></html>",
      colour_of(chat.card), escape_html(chat.title), text);
}

std::string part(const char* type, const std::string& text, const std::string& boundary) {
  return fmt::format("--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", boundary, type, in_lines(text));
}

}  // namespace

model::Content email_content(const model::Message& message, const config::Email& email, const Setting& setting) {
  const auto same = [](const std::string& text) { return text; };
  const Markup html{escape_html, [](const std::string& text) { return "<b>" + text + "</b>"; },
                    [](const std::string& url) { return "<a href=\"" + escape_html(url) + "\">" + escape_html(url) + "</a>"; }, "<br>\n"};
  const auto plain = chat_of(message, setting, {escape_plain, same, same, "\n"}, kText);
  const auto rich = chat_of(message, setting, html, kText);
  const auto& last = message.changes.back();
  const auto key = hex64(message_hash(message));
  const auto boundary = "alarum-" + key;
  std::string to;
  for (const auto& one : email.to) to += (to.empty() ? "" : ", ") + one;
  auto mail = fmt::format(
      "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@alarum>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n",
      email.from, to, encoded_words(plain.title), mail_date(last.at), key, boundary);
  mail += part("text/plain", plain.text, boundary) + part("text/html", html_of(rich, rich.text), boundary) + "--" + boundary + "--\r\n";
  return {std::move(mail), {}};
}

}  // namespace alarum::deliver
