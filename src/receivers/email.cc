// A mail over SMTP: multipart/alternative (RFC 2046) of text and HTML, UTF-8 in base64, so that no
// line is too long and none begins with a dot.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/crypto.h"
#include "base/fields.h"
#include "base/hash.h"
#include "receivers/chat.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
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
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format(
      "{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::string html_of(const Chat& chat, const std::string& text) {
  return fmt::format(
      "<!doctype html><html><body style=\"font-family:sans-serif\"><div style=\"border-left:4px "
      "solid {};padding-left:12px\"><h3>{}</h3><p>{}</p></div></body></html>",
      colour_of(chat.card), escape_html(chat.title), text);
}

std::string part(const char* type, const std::string& text, const std::string& boundary) {
  return fmt::format(
      "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
      boundary, type, in_lines(text));
}

// An address that cannot end its header or command line early, nor begin another.
bool is_mail_address(const std::string& text) {
  const auto at = text.find('@');
  const auto plain = [](unsigned char c) {
    return c > 0x20 && c != 0x7F && c != '<' && c != '>' && c != ',' && c != '"';
  };
  return at != std::string::npos && at > 0 && at + 1 < text.size() &&
         std::ranges::all_of(text, plain);
}

void check_mail_address(FieldReader& entry, const Node& node, const std::string& text) {
  if (!is_mail_address(text))
    entry.fault(node, fmt::format("{} is not a mail address: write name@host", describe(node)));
}

// Alertmanager's `to` is a comma list.
std::vector<std::string> at_commas(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    auto part = text.substr(at, comma - at);
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    out.push_back(std::move(part));
    at = comma + 1;
  }
  return out;
}

class Email final : public Receiver {
 public:
  explicit Email(FieldReader& entry) {
    read_recipients(entry);
    entry.required_text("from", mail_.from);
    if (const auto* from = entry.find("from")) check_mail_address(entry, *from, mail_.from);
    entry.text("auth_username", mail_.username);
    entry.secret("auth_password", mail_.password);
    entry.flag("require_tls", mail_.require_tls);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto same = [](const std::string& text) { return text; };
    const Markup html{escape_html, [](const std::string& text) { return "<b>" + text + "</b>"; },
                      [](const std::string& url) {
                        return "<a href=\"" + escape_html(url) + "\">" + escape_html(url) + "</a>";
                      },
                      "<br>\n"};
    const auto plain = chat_of(message, setting, {escape_plain, same, same, "\n"}, kText);
    const auto rich = chat_of(message, setting, html, kText);
    const auto& last = message.changes.back();
    const auto key = hex64(message_hash(message));
    const auto boundary = "alarum-" + key;
    std::string to;
    for (const auto& one : mail_.to) to += (to.empty() ? "" : ", ") + one;
    auto text = fmt::format(
        "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: "
        "<{}@alarum>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n",
        mail_.from, to, encoded_words(plain.title), mail_date(last.at), key, boundary);
    text += part("text/plain", plain.text, boundary) +
            part("text/html", html_of(rich, rich.text), boundary) + "--" + boundary + "--\r\n";
    return {std::move(text), {}};
  }

  std::vector<std::string> secrets() const override {
    return {mail_.password.reveal(), base64(mail_.password.reveal())};
  }

  std::string destination() const override {
    std::string all;
    for (const auto& one : mail_.to) all += one + '\n';
    return all;
  }

  const Mail* mail() const override { return &mail_; }

 private:
  void read_recipients(FieldReader& entry) {
    const auto* to = entry.find("to");
    if (!to) return entry.fault(entry.node(), entry.where() + " has no \"to\"");
    for (const auto* item : read_strings(*to, "to", entry.out())) {
      for (auto& one : at_commas(item->text)) {
        check_mail_address(entry, *item, one);
        mail_.to.push_back(std::move(one));
      }
    }
  }

  Mail mail_;
};

// `smarthost: host:port`, as Alertmanager has it, or `url`: smtp://host:port or smtps://host:port.
void read_host(FieldReader& entry, config::Secret& url) {
  if (const auto* host = entry.find("smarthost")) {
    std::string text;
    entry.text("smarthost", text);
    url = config::Secret((text.ends_with(":465") ? "smtps://" : "smtp://") +
                         text);  // TLS from the first byte (RFC 8314, 7.3)
    if (text.find(':') == std::string::npos || text.ends_with(':'))
      entry.fault(*host, "\"smarthost\" must be host:port, such as mail.example.org:587");
    else if (config::has_bad_port(text))
      entry.fault(
          *host,
          fmt::format("\"smarthost\" has a port that is none: \"{}\"; ports go from 1 to 65535",
                      text));
  } else if (entry.find("url") || entry.find("url_file")) {
    entry.url("url", url, {"smtp://", "smtps://"});
  } else {
    entry.fault(entry.node(), entry.where() + " has no \"smarthost\" (or \"url\")");
  }
}

void read_email(FieldReader& entry, Integration& into) {
  into.as = std::make_shared<const Email>(entry);
  read_host(entry, into.url);
  read_mail_tls(entry, into.http.tls);
  entry.words(into.words);
  if (!entry.find("concurrency")) into.concurrency = 2;
}

}  // namespace

ReceiverKind email_kind() {
  return {"email",
          {{"email_configs", true}},
          {{"to", Form::value, Type::texts},
           {"from", Form::nullable},
           {"url", Form::mail_url},
           {"smarthost", Form::nullable},
           {"auth_username", Form::nullable},
           {"auth_password", Form::secret},
           {"require_tls", Form::nullable, Type::flag},
           {"tls_config", Form::transport, Type::mapping},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {"hello", "auth_secret", "auth_secret_file", "auth_identity", "headers", "html"},
          {{"smtp_from", "from"},
           {"smtp_smarthost", "smarthost", "url"},
           {"smtp_auth_username", "auth_username"},
           {"smtp_auth_password", "auth_password"},
           {"smtp_auth_password_file", "auth_password_file"},
           {"smtp_require_tls", "require_tls"},
           {"smtp_tls_config", "tls_config"}},
          read_email};
}

}  // namespace alarum::receivers
