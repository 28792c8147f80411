#include "ingest/push/signed_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/utf8.h"
#include "ingest/push/allowed_url.h"
#include "ingest/push/object.h"
#include "ingest/push/signature.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAhead = 15min;  // how far a sender's clock may be ahead of ours

struct MemberNames {
  std::string_view type, id, topic, subject, message, timestamp, token, subscribe_url,
      certificate_url, signature, version;
};
constexpr MemberNames kSmn{
    "type", "message_id",    "topic_urn",        "subject",   "message",          "timestamp",
    "",     "subscribe_url", "signing_cert_url", "signature", "signature_version"};
constexpr MemberNames kSns{"Type",           "MessageId", "TopicArn",        "Subject",
                           "Message",        "Timestamp", "Token",           "SubscribeURL",
                           "SigningCertURL", "Signature", "SignatureVersion"};

const MemberNames& names_of(Service service) {
  return service == Service::smn ? kSmn : kSns;
}

std::optional<SignedMessage::Kind> kind_of(std::string_view type) {
  if (type == "Notification") return SignedMessage::Kind::notification;
  if (type == "SubscriptionConfirmation") return SignedMessage::Kind::subscribe;
  if (type == "UnsubscribeConfirmation") return SignedMessage::Kind::unsubscribe;
  return std::nullopt;
}

// The text that the signature covers: names and values in turn, a line each, sorted by name.
// `with_subject`: senders differ about whether an empty subject is part of it.
std::string text_to_sign(const SignedMessage& m, bool with_subject) {
  const auto& n = names_of(m.service);
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{}\n{}\n", name, value);
  };
  const bool notification = m.kind == SignedMessage::Kind::notification;
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
  if (m.service == Service::smn)
    return m.version == "v1" || m.version == "V1" ? std::optional(Digest::sha256) : std::nullopt;
  if (m.version == "1") return Digest::sha1;
  return m.version == "2" ? std::optional(Digest::sha256) : std::nullopt;
}

bool is_host_part(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '_';
  });
}

// Whether the path is one of the documented form: `/smn/SMN_<region>_<hex>.pem` or
// `/SimpleNotificationService-<hex>.pem`. Strangers cannot write a file at such a path.
bool is_certificate_path(Service service, std::string_view rest) {
  const std::string_view before =
                             service == Service::smn ? "/smn/SMN_" : "/SimpleNotificationService-",
                         after = ".pem";
  if (!rest.starts_with(before) || !rest.ends_with(after) ||
      rest.size() < before.size() + after.size())
    return false;
  return is_host_part(rest.substr(before.size(), rest.size() - before.size() - after.size()));
}

// A private cloud may store its certificates at another path, as `/certs/a.pem`. That is accepted
// only if the config names the host without wildcards, and only for SMN, which other clouds run,
// too.
bool is_written_out(Service service, std::string_view url, const std::vector<std::string>& hosts) {
  const auto place = lowered(place_of(url)), rest = std::string(rest_of(url));
  const auto is_plain = [](char c) { return is_host_part({&c, 1}) || c == '/' || c == '.'; };
  const bool plain = rest.ends_with(".pem") && std::ranges::all_of(rest, is_plain) &&
                     rest.find("..") == rest.npos && rest.find("//") == rest.npos;
  return service == Service::smn && plain && std::ranges::find(hosts, place) != hosts.end();
}

// Whether the path is one of the documented form: `/smn/subscription/…?…` or
// `/?Action=ConfirmSubscription&…`. Dot segments are rejected, because they would lead to another
// path.
bool is_subscribe_path(Service service, std::string_view rest) {
  if (rest.find_first_of("#%") < rest.find('?') ||
      rest.substr(0, rest.find('?')).find("..") != rest.npos || rest.find('#') != rest.npos)
    return false;
  if (service == Service::smn) return rest.starts_with("/smn/");
  return rest.starts_with("/?") &&
         ("&" + std::string(rest.substr(2)) + "&").find("&Action=ConfirmSubscription&") !=
             std::string::npos;
}

// The error for a URL that the config does not allow, with the key to change. `what`: the beginning
// of the sentence.
Error no_allowed_url(const char* reason, const char* what, std::string_view url, Service service,
                     const char* key) {
  const auto place = place_of(url);
  if (place.empty())
    return {reason, fmt::format("{} \"{}\", which is no https URL of the form https://HOST/PATH",
                                what, utf8_prefix(url, 200))};
  return {
      reason,
      fmt::format("{} \"{}\", which is none of the hosts that the config's {}: {{{}: […]}} allows",
                  what, place.substr(0, 300), service == Service::smn ? "smn" : "sns", key)};
}

}  // namespace

bool fits(std::string_view pattern, std::string_view text) {
  for (;;) {
    const auto p = pattern.substr(0, pattern.find(':')), t = text.substr(0, text.find(':'));
    if (!fits_field(p, t)) return false;
    if (p.size() == pattern.size() || t.size() == text.size())
      return p.size() == pattern.size() && t.size() == text.size();
    pattern.remove_prefix(p.size() + 1);
    text.remove_prefix(t.size() + 1);
  }
}

Result<SignedMessage> read_signed_message(Service service, std::string_view json) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::object)
    return fail("not_an_object", "a message is a JSON object");
  const Object body(*text, text->root());
  const auto& n = names_of(service);
  SignedMessage m;
  m.service = service;
  const std::array<std::pair<std::string_view, std::string*>, 8> required{
      {{n.type, &m.type},
       {n.id, &m.id},
       {n.topic, &m.topic},
       {n.message, &m.message},
       {n.timestamp, &m.timestamp},
       {n.certificate_url, &m.certificate_url},
       {n.signature, &m.signature},
       {n.version, &m.version}}};
  for (const auto& [name, into] : required) {
    const auto* value = body.find(name);
    if (!value || value->kind != JsonKind::string)
      return fail("missing_member", fmt::format("\"{}\" must be a string", name));
    *into = value->text;
  }
  const auto kind = kind_of(m.type);
  if (!kind)
    return fail("bad_member", fmt::format("\"{}\" must be Notification, SubscriptionConfirmation "
                                          "or UnsubscribeConfirmation, not \"{}\"",
                                          n.type, m.type.substr(0, 64)));
  m.kind = *kind;
  const auto* subject = body.find(n.subject);
  m.has_subject = subject && subject->kind == JsonKind::string;
  m.subject = body.text(n.subject);
  m.subscribe_url = body.text(n.subscribe_url);
  if (m.kind == SignedMessage::Kind::subscribe && m.subscribe_url.empty())
    return fail("missing_member",
                fmt::format("\"{}\" must be a string: it is where the subscription is confirmed",
                            n.subscribe_url));
  if (!n.token.empty()) m.token = body.text(n.token);
  return m;
}

Result<void> check_topic(const SignedMessage& m, const config::SignedSource& source) {
  if (std::ranges::none_of(source.topics, [&](const auto& topic) { return fits(topic, m.topic); }))
    return fail(
        "unknown_topic",
        fmt::format("the topic {} is not among those that the config's {} allows",
                    m.topic.substr(0, 300),
                    m.service == Service::smn ? "smn: {topics: […]}" : "sns: {topics: […]}"));
  return {};
}

Result<void> check_origin(const SignedMessage& m, const config::SignedSource& source, Time now) {
  if (auto fine = check_topic(m, source); !fine) return fine;
  const auto path = std::string_view(m.certificate_url);
  if (!is_allowed_url(path, source.hosts))
    return std::unexpected(
        no_allowed_url("bad_certificate_url", "the certificate is at", path, m.service, "hosts"));
  if (!is_certificate_path(m.service, rest_of(path)) &&
      !is_written_out(m.service, path, source.hosts))
    return fail(
        "bad_certificate_url",
        fmt::format("the certificate's URL must be {}, not \"{}\"",
                    m.service == Service::smn ? "https://HOST/smn/SMN_….pem"
                                              : "https://HOST/SimpleNotificationService-….pem",
                    utf8_prefix(path, 200)));
  // The URL in a message about an ended subscription would subscribe again. It is never asked, so
  // it is not checked.
  if (m.kind == SignedMessage::Kind::subscribe &&
      !is_allowed_url(m.subscribe_url, source.subscribe_hosts))
    return std::unexpected(no_allowed_url("bad_subscribe_url",
                                          "the subscription is to be confirmed at", m.subscribe_url,
                                          m.service, "subscribe_hosts"));
  if (m.kind == SignedMessage::Kind::subscribe &&
      !is_subscribe_path(m.service, rest_of(m.subscribe_url)))
    return fail(
        "bad_subscribe_url",
        fmt::format("the URL that confirms the subscription must be {}, not \"{}\"",
                    m.service == Service::smn ? "https://HOST/smn/…"
                                              : "https://HOST/?Action=ConfirmSubscription&…",
                    utf8_prefix(m.subscribe_url, 200)));
  if (!digest_of(m))
    return fail("bad_signature",
                fmt::format("signature version \"{}\" is not known", m.version.substr(0, 20)));
  const auto at = parse_rfc3339(m.timestamp);
  if (!at)
    return fail("stale_message",
                fmt::format("the timestamp \"{}\" is not RFC 3339", m.timestamp.substr(0, 40)));
  if (*at - now > kAhead)
    return fail(
        "stale_message",
        fmt::format(
            "the message is of {}, more than {} ahead of our clock: see that the clock is right",
            m.timestamp, format_duration(kAhead)));
  if (now - *at > source.max_age)
    return fail(
        "stale_message",
        fmt::format("the message is of {}; {} old at most is taken: see that the clock is right",
                    m.timestamp, format_duration(source.max_age)));
  return {};
}

Time too_old_at(const SignedMessage& m, const config::SignedSource& source) {
  return parse_rfc3339(m.timestamp).value_or(Time()) + source.max_age;
}

Result<void> check_signature(const SignedMessage& m, std::string_view pem, Time now) {
  const auto digest = digest_of(m);
  if (!digest) return fail("bad_signature", "the signature's version is not known");
  const bool empty = m.has_subject && m.subject.empty();
  const bool with_subject = m.has_subject && !(empty && m.service == Service::smn);
  auto verdict = verify_rsa(pem, *digest, text_to_sign(m, with_subject), m.signature, now);
  if (!verdict && verdict.error().reason == "bad_signature" && empty)
    verdict = verify_rsa(pem, *digest, text_to_sign(m, !with_subject), m.signature, now);
  return verdict;
}

}  // namespace alarum::ingest
