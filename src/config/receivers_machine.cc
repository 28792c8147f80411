// Receivers that are programs: webhook, cloudevents, alertmanager; and those on this machine: console, file.
#include <fmt/format.h>

#include "base/crypto.h"
#include "config/payload.h"
#include "config/receivers_kinds.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

using namespace std::chrono_literals;

bool is_base64(std::string_view text) { return !text.empty() && unbase64(text); }

void read_signature(Entry& entry, Webhook& into) {
  using Signature = Webhook::Signature;
  const auto word = entry.choice("signature", {"none", "standard_webhooks", "github"});
  const auto* node = entry.find("signature");
  into.signature = static_cast<Signature>(word.value_or(0));
  entry.secret("secret", into.secret);
  const bool there = entry.find("secret") || entry.find("secret_file");
  if (into.signature != Signature::none && !there) entry.fault(*node, "\"signature\" needs a \"secret\" (or \"secret_file\")");
  if (into.signature == Signature::none && there) entry.fault(entry.node(), entry.where() + " has a \"secret\" but no \"signature\": write standard_webhooks or github");
  if (into.signature != Signature::standard_webhooks || into.secret.empty()) return;
  auto key = into.secret.reveal();
  if (key.starts_with("whsec_")) key = key.substr(6);
  if (!is_base64(key)) entry.fault(*node, "the secret of standard_webhooks must be base64, with or without whsec_ before it");
}

}  // namespace

void read_webhook(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "max_alerts", "payload", "signature", "secret", "secret_file", "language"});
  Webhook webhook;
  entry.url("url", into.url);
  read_http(entry, into.http);
  entry.count("max_alerts", webhook.max_alerts, 0, 1000000);
  read_signature(entry, webhook);
  if (const auto language = entry.choice("language", {"en", "zh"})) into.words.language = *language == 1 ? Language::zh : Language::en;
  if (const auto* payload = entry.find("payload")) {
    check_payload(*payload, entry.out());
    webhook.payload = std::make_shared<const Node>(*payload);
  }
  into.as = std::move(webhook);
}

void read_cloudevents(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "mode", "source"});
  CloudEvents events;
  entry.url("url", into.url);
  read_http(entry, into.http);
  events.binary = entry.choice("mode", {"structured", "binary"}).value_or(0) == 1;
  entry.text("source", events.source);
  into.as = std::move(events);
}

void read_alertmanager(Entry& entry, Integration& into) {
  entry.keys({"url", "url_file", "http_config", "resend_every"});
  Alertmanager manager;
  entry.url("url", into.url);
  read_http(entry, into.http);
  entry.duration("resend_every", manager.resend_every, 1s, 1h);
  into.as = manager;
}

void read_console(Entry& entry, Integration& into) {
  entry.keys({});
  into.as = Console{};
  into.concurrency = 1;
}

void read_file(Entry& entry, Integration& into) {
  entry.keys({"path"});
  File file;
  entry.required_text("path", file.path);
  file.path = beside(entry.node().place.file, file.path);
  into.as = std::move(file);
  into.concurrency = 1;
}

}  // namespace alarum::config
