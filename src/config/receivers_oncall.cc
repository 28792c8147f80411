// Receivers that wake or reach people: pagerduty, smn, email.
#include <fmt/format.h>

#include <algorithm>

#include "config/receivers_kinds.h"

namespace alarum::config {
namespace {

using model::EndReason;

// An address that cannot end its header or command line early, nor begin another.
bool is_mail_address(const std::string& text) {
  const auto at = text.find('@');
  const auto plain = [](unsigned char c) { return c > 0x20 && c != 0x7F && c != '<' && c != '>' && c != ',' && c != '"'; };
  return at != std::string::npos && at > 0 && at + 1 < text.size() && std::ranges::all_of(text, plain);
}

void check_mail_address(Entry& entry, const Node& node, const std::string& text) {
  if (!is_mail_address(text)) entry.fault(node, fmt::format("{} is not a mail address: write name@host", describe(node)));
}

// Alertmanager's `to` is a comma list.
std::vector<std::string> split(const std::string& text) {
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

void read_recipients(Entry& entry, Email& into) {
  const auto* to = entry.find("to");
  if (!to) return entry.fault(entry.node(), entry.where() + " has no \"to\"");
  for (const auto* item : read_strings(*to, "to", entry.out())) {
    for (auto& one : split(item->text)) {
      check_mail_address(entry, *item, one);
      into.to.push_back(std::move(one));
    }
  }
}

}  // namespace

void read_pagerduty(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "routing_key", "routing_key_file", "client", "language"},
             {"service_key", "service_key_file", "client_url", "description", "severity", "details", "images", "links", "source", "class", "component", "group"});
  PagerDuty duty;
  entry.required_secret("routing_key", duty.routing_key);
  into.url = Secret("https://events.pagerduty.com/v2/enqueue");
  if (entry.find("url") || entry.find("url_file")) entry.url("url", into.url);
  read_http(entry, into.http);
  entry.plain_text("client", duty.client);
  if (const auto language = entry.choice("language", {"en", "zh"})) into.words.language = *language == 1 ? Language::zh : Language::en;
  if (!entry.find("resolve_on")) into.resolve_on = {EndReason::recovered, EndReason::drained, EndReason::manual, EndReason::escalated};
  into.as = std::move(duty);
}

void read_smn(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "project_id", "topic_urn", "access_key", "access_key_file", "secret_key", "secret_key_file", "title", "text", "language"});
  Smn smn;
  entry.url("url", into.url);
  entry.required_text("project_id", smn.project_id);
  entry.required_text("topic_urn", smn.topic_urn);
  entry.required_secret("access_key", smn.access_key);
  entry.required_secret("secret_key", smn.secret_key);
  read_http(entry, into.http);
  entry.words(into.words);
  into.as = std::move(smn);
}

void read_email(Entry& entry, Integration& into) {
  entry.keys({"to", "from", "url", "url_file", "smarthost", "auth_username", "auth_password", "auth_password_file", "require_tls", "tls_config", "title", "text", "language"},
             {"hello", "auth_secret", "auth_secret_file", "auth_identity", "headers", "html"});
  Email email;
  read_recipients(entry, email);
  entry.required_text("from", email.from);
  if (const auto* from = entry.find("from")) check_mail_address(entry, *from, email.from);
  if (const auto* host = entry.find("smarthost")) {
    std::string text;
    entry.text("smarthost", text);
    into.url = Secret((text.ends_with(":465") ? "smtps://" : "smtp://") + text);  // TLS from the first byte (RFC 8314, 7.3)
    if (text.find(':') == std::string::npos || text.ends_with(':')) entry.fault(*host, "\"smarthost\" must be host:port, such as mail.example.org:587");
    else if (has_bad_port(text)) entry.fault(*host, fmt::format("\"smarthost\" has a port that is none: \"{}\"; ports go from 1 to 65535", text));
  } else if (entry.find("url") || entry.find("url_file")) {
    entry.url("url", into.url, {"smtp://", "smtps://"});
  } else {
    entry.fault(entry.node(), entry.where() + " has no \"smarthost\" (or \"url\")");
  }
  entry.text("auth_username", email.username);
  entry.secret("auth_password", email.password);
  entry.flag("require_tls", email.require_tls);
  read_mail_tls(entry, into.http.tls);
  entry.words(into.words);
  if (!entry.find("concurrency")) into.concurrency = 2;
  into.as = std::move(email);
}

}  // namespace alarum::config
