#include "ingest/push/signed_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "ingest/push/object.h"
#include "ingest/push/signature.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
using Kind = SignedMessage::Kind;

constexpr Duration kAhead = 15min;  // how far a sender's clock may be ahead of ours

struct Names {
  std::string_view type, id, topic, subject, message, timestamp, token, subscribe_url, certificate_url, signature, version;
};
constexpr Names kSmn{"type", "message_id", "topic_urn", "subject", "message", "timestamp", "", "subscribe_url", "signing_cert_url", "signature", "signature_version"};
constexpr Names kSns{"Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "Token", "SubscribeURL", "SigningCertURL", "Signature", "SignatureVersion"};

const Names& names_of(Service service) { return service == Service::smn ? kSmn : kSns; }

std::optional<Kind> kind_of(std::string_view type) {
  if (type == "Notification") return Kind::notification;
  if (type == "SubscriptionConfirmation") return Kind::subscribe;
  if (type == "UnsubscribeConfirmation") return Kind::unsubscribe;
  return std::nullopt;
}

// Names and values by turns, a line each, in the order of the names' bytes. An empty subject: with and without it, for senders differ.
std::string text_to_sign(const SignedMessage& m, bool with_subject) {
  const auto& n = names_of(m.service);
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) { out += fmt::format("{}\n{}\n", name, value); };
  const bool notification = m.kind == Kind::notification;
  line(n.message, m.message);
  line(n.id, m.id);
  if (notification && with_subject) line(n.subject, m.subject);
  if (!notification) line(n.subscribe_url, m.subscribe_url);
  line(n.timestamp, m.timestamp);
  if (!notification && !n.token.empty()) line(n.token, m.token);
  line(n.topic, m.topic);
  line(n.type, m.type);
  return out;
}

std::optional<Digest> digest_of(const SignedMessage& m) {
  if (m.service == Service::smn) return m.version == "v1" || m.version == "V1" ? std::optional(Digest::sha256) : std::nullopt;
  if (m.version == "1") return Digest::sha1;
  return m.version == "2" ? std::optional(Digest::sha256) : std::nullopt;
}

// `example.org:8443` of `https://example.org:8443/x`; empty of what is no plain https URL.
std::string_view place_of(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c >= 0x7F || c == '\\'; })) return {};
  url.remove_prefix(kScheme.size());
  const auto place = url.substr(0, url.find_first_of("/?#"));
  return place.find_first_of("@%[") == std::string_view::npos && place.size() < url.size() ? place : std::string_view();
}

bool fits_field(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // The next literal part as early as it comes; the last one at the end.
  while (pattern.find('*') != std::string_view::npos) {
    const auto part = pattern.substr(0, pattern.find('*'));
    const auto found = text.find(part);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + part.size());
    pattern.remove_prefix(part.size() + 1);
  }
  return text.ends_with(pattern);
}

// Label by label: a star is a label or a part of one, never a dot.
bool is_host(std::string_view allowed, std::string_view host) {
  for (;;) {
    const auto a = allowed.substr(0, allowed.find('.')), h = host.substr(0, host.find('.'));
    if (h.empty() || !fits_field(a, h)) return false;
    const bool last = a.size() == allowed.size();
    if (last || h.size() == host.size()) return last && h.size() == host.size();
    allowed.remove_prefix(a.size() + 1);
    host.remove_prefix(h.size() + 1);
  }
}

// Why not, for the one who has to allow it. `what`: the sentence up to the host.
Error no_allowed_url(const char* reason, const char* what, std::string_view url, Service service, const char* key) {
  const auto place = place_of(url);
  if (place.empty()) return {reason, fmt::format("{} \"{}\", which is no https URL of the form https://HOST/PATH", what, utf8_prefix(url, 200))};
  return {reason, fmt::format("{} \"{}\", which is none of the hosts that the config's {}: {{{}: […]}} allows", what, place.substr(0, 300), service == Service::smn ? "smn" : "sns", key)};
}

}  // namespace

bool is_allowed_url(std::string_view url, const std::vector<std::string>& hosts) {
  auto place = std::string(place_of(url));
  std::ranges::transform(place, place.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (place.ends_with(":443")) place.resize(place.size() - 4);
  return !place.empty() && std::ranges::any_of(hosts, [&](const auto& host) { return is_host(host, place); });
}

bool fits(std::string_view pattern, std::string_view text) {
  for (;;) {
    const auto p = pattern.substr(0, pattern.find(':')), t = text.substr(0, text.find(':'));
    if (!fits_field(p, t)) return false;
    if (p.size() == pattern.size() || t.size() == text.size()) return p.size() == pattern.size() && t.size() == text.size();
    pattern.remove_prefix(p.size() + 1);
    text.remove_prefix(t.size() + 1);
  }
}

Result<SignedMessage> read_signed_message(Service service, std::string_view json) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::object) return fail("not_an_object", "a message is a JSON object");
  const Object body(*text, text->root());
  const auto& n = names_of(service);
  SignedMessage m;
  m.service = service;
  const std::array<std::pair<std::string_view, std::string*>, 8> required{{{n.type, &m.type}, {n.id, &m.id}, {n.topic, &m.topic}, {n.message, &m.message},
                                                                           {n.timestamp, &m.timestamp}, {n.certificate_url, &m.certificate_url},
                                                                           {n.signature, &m.signature}, {n.version, &m.version}}};
  for (const auto& [name, into] : required) {
    const auto* value = body.find(name);
    if (!value || value->kind != JsonKind::string) return fail("missing_member", fmt::format("\"{}\" must be a string", name));
    *into = value->text;
  }
  const auto kind = kind_of(m.type);
  if (!kind) return fail("bad_member", fmt::format("\"{}\" must be Notification, SubscriptionConfirmation or UnsubscribeConfirmation, not \"{}\"", n.type, m.type.substr(0, 64)));
  m.kind = *kind;
  const auto* subject = body.find(n.subject);
  m.has_subject = subject && subject->kind == JsonKind::string;
  m.subject = body.text(n.subject);
  m.subscribe_url = body.text(n.subscribe_url);
  if (m.kind == Kind::subscribe && m.subscribe_url.empty()) return fail("missing_member", fmt::format("\"{}\" must be a string: it is where the subscription is confirmed", n.subscribe_url));
  if (!n.token.empty()) m.token = body.text(n.token);
  return m;
}

Result<void> check_topic(const SignedMessage& m, const config::SignedSource& source) {
  if (std::ranges::none_of(source.topics, [&](const auto& topic) { return fits(topic, m.topic); }))
    return fail("unknown_topic", fmt::format("the topic {} is not among those that the config's {} allows", m.topic.substr(0, 300), m.service == Service::smn ? "smn: {topics: […]}" : "sns: {topics: […]}"));
  return {};
}

Result<void> check_origin(const SignedMessage& m, const config::SignedSource& source, Time now) {
  if (auto fine = check_topic(m, source); !fine) return fine;
  const auto path = std::string_view(m.certificate_url);
  if (!is_allowed_url(path, source.hosts)) return std::unexpected(no_allowed_url("bad_certificate_url", "the certificate is at", path, m.service, "hosts"));
  if (!path.ends_with(".pem") || path.find_first_of("?#") != std::string_view::npos)
    return fail("bad_certificate_url", fmt::format("the certificate's URL must end with .pem, not as \"{}\" does", utf8_prefix(path, 200)));
  // That of an ended subscription would subscribe again: nobody asks it, so it may be any.
  if (m.kind == Kind::subscribe && !is_allowed_url(m.subscribe_url, source.subscribe_hosts))
    return std::unexpected(no_allowed_url("bad_subscribe_url", "the subscription is to be confirmed at", m.subscribe_url, m.service, "subscribe_hosts"));
  if (!digest_of(m)) return fail("bad_signature", fmt::format("signature version \"{}\" is not known", m.version.substr(0, 20)));
  const auto at = parse_rfc3339(m.timestamp);
  if (!at) return fail("stale_message", fmt::format("the timestamp \"{}\" is not RFC 3339", m.timestamp.substr(0, 40)));
  if (*at - now > kAhead)
    return fail("stale_message", fmt::format("the message is of {}, more than {} ahead of our clock: see that the clock is right", m.timestamp, format_duration(kAhead)));
  if (now - *at > source.max_age)
    return fail("stale_message", fmt::format("the message is of {}; {} old at most is taken: see that the clock is right", m.timestamp, format_duration(source.max_age)));
  return {};
}

Time too_old_at(const SignedMessage& m, const config::SignedSource& source) { return parse_rfc3339(m.timestamp).value_or(Time()) + source.max_age; }

Result<void> check_signature(const SignedMessage& m, std::string_view pem, Time now) {
  const auto digest = digest_of(m);
  if (!digest) return fail("bad_signature", "the signature's version is not known");
  const bool empty = m.has_subject && m.subject.empty();
  const bool with_subject = m.has_subject && !(empty && m.service == Service::smn);
  auto verdict = verify_rsa(pem, *digest, text_to_sign(m, with_subject), m.signature, now);
  if (!verdict && verdict.error().reason == "bad_signature" && empty) verdict = verify_rsa(pem, *digest, text_to_sign(m, !with_subject), m.signature, now);
  return verdict;
}

}  // namespace alarum::ingest
