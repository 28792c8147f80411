#include "http/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/crypto.h"
#include "base/percent.h"
#include "base/sdk_signature.h"
#include "config/network.h"

namespace alarum::http {
namespace {

using config::Credential;
using Kind = Credential::Kind;
using Verdict = std::optional<Result<void>>;  // nullopt: nothing of the kind was given

Result<void> wrong(const char* what) {
  return fail("bad_credential", fmt::format("the {} is wrong", what));
}

Verdict judged(bool right, const char* what) {
  return right ? Result<void>() : wrong(what);
}

// The credentials of `Authorization: <scheme> …`.
std::optional<std::string> authorization(const Request& request, std::string_view scheme) {
  const auto value = request.header("authorization").value_or("");
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ' ||
      lowered(value.substr(0, scheme.size())) != scheme)
    return std::nullopt;
  const auto rest = value.substr(scheme.size());
  return std::string(rest.substr(std::min(rest.find_first_not_of(' '), rest.size())));
}

Verdict judge_github(const Credential& one, const Request& request, std::string_view body) {
  const auto given = request.header(one.name.empty() ? "X-Hub-Signature-256" : one.name);
  if (!given) return std::nullopt;
  auto text = lowered(*given);
  if (text.starts_with("sha256=")) text.erase(0, 7);
  return judged(same_secret(text, hex(hmac_sha256(one.secret.reveal(), body))), "signature");
}

Result<void> check_fresh(std::string_view timestamp, Time now) {
  std::int64_t seconds = 0;
  const auto [end, fault] =
      std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  const bool number = fault == std::errc() && end == timestamp.data() + timestamp.size() &&
                      seconds >= 0 && seconds < 100000000000;
  if (!number) return fail("bad_credential", "webhook-timestamp must be seconds since 1970");
  const auto age = now - Time(std::chrono::seconds(seconds));
  if (age <= kSignatureTolerance && age >= -kSignatureTolerance) return {};
  return fail("stale_signature",
              "webhook-timestamp is more than 5 minutes from now: see that both clocks are right");
}

Verdict judge_standard(const Credential& one, const Request& request, std::string_view body,
                       Time now) {
  const auto id = request.header("webhook-id"), timestamp = request.header("webhook-timestamp"),
             signatures = request.header("webhook-signature");
  if (!id || !timestamp || !signatures) return std::nullopt;
  std::string_view secret = one.secret.reveal();
  if (secret.starts_with("whsec_")) secret.remove_prefix(6);
  const auto wanted = "v1," + base64(hmac_sha256(unbase64(secret).value_or(""),
                                                 fmt::format("{}.{}.{}", *id, *timestamp, body)));
  bool right = false;
  for (auto rest = *signatures; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    right |= same_secret(rest.substr(0, end), wanted);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!right) return wrong("webhook-signature");
  return check_fresh(*timestamp, now);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs decoded(std::string_view query) {
  Pairs out;
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = std::min(part.find('='), part.size());
    const auto value = part.substr(std::min(equals + 1, part.size()));
    if (!part.empty())
      out.emplace_back(percent_decode(part.substr(0, equals)), percent_decode(value));
  }
  return out;
}

// `Access=AK, SignedHeaders=a;b, Signature=hex`: the value of one of them.
std::string_view member(std::string_view given, std::string_view name) {
  while (!given.empty()) {
    const auto part = trimmed(given.substr(0, given.find(',')));
    given.remove_prefix(std::min(given.find(','), given.size() - 1) + 1);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('='))
      return part.substr(name.size() + 1);
  }
  return {};
}

// Builds the request again as the vendor's SDK signed it, from the headers named in SignedHeaders
// (host and x-sdk-date must be among them) and the body, and compares the signatures.
Verdict judge_sdk(const Credential& one, const Request& request, std::string_view body, Time now) {
  const auto given = authorization(request, "sdk-hmac-sha256");
  if (!given) return std::nullopt;
  if (!same_secret(member(*given, "Access"), one.name)) return wrong("access key");
  SdkRequest said{request.method, "", request.path, decoded(request.query), "", std::string(body)};
  for (auto names = member(*given, "SignedHeaders"); !names.empty();) {
    const auto name = names.substr(0, names.find(';'));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    const auto value = std::string(trimmed(request.header(name).value_or("")));
    if (name == "host")
      said.host = value;
    else if (name == "x-sdk-date")
      said.date = value;
    else
      said.headers[std::string(name)] = value;
  }
  if (said.host.empty() || said.date.empty())
    return fail("bad_credential", "host and x-sdk-date must be among the SignedHeaders");
  if (!same_secret(member(*given, "Signature"), sdk_signature(said, one.secret.reveal())))
    return wrong("signature");
  const auto date = parse_sdk_date(said.date);
  if (!date || now - *date > kSdkTolerance || *date - now > kSdkTolerance)
    return fail("stale_signature",
                "X-Sdk-Date is more than 15 minutes from now: see that both clocks are right");
  return Result<void>();
}

Verdict judge_certificate(const Credential& one, const Request& request) {
  if (!request.certificate) return std::nullopt;
  const auto wanted = [&](const std::string& name) {
    return std::ranges::find(one.names, name) != one.names.end();
  };
  if (one.names.empty() || std::ranges::any_of(*request.certificate, wanted)) return Result<void>();
  return fail("bad_credential",
              "the client certificate bears none of the names that the config's auth asks for");
}

Verdict judge(const Credential& one, const Request& request, std::optional<std::string_view> body,
              Time now) {
  const std::string& secret = one.secret.reveal();
  if (!one.networks.empty() && !config::admits(one.networks, request.peer))
    return fail(
        "bad_credential",
        fmt::format("{} is in none of the networks that the config's auth names", request.peer));
  if (one.kind == Kind::network) return Result<void>();
  if (one.kind == Kind::certificate) return judge_certificate(one, request);
  if (one.signs_body()) {
    if (!body) return std::nullopt;
    if (one.kind == Kind::sdk_signature) return judge_sdk(one, request, *body, now);
    return one.kind == Kind::github ? judge_github(one, request, *body)
                                    : judge_standard(one, request, *body, now);
  }
  std::optional<std::string> given;
  if (one.kind == Kind::bearer)
    given = authorization(request, "bearer");
  else if (one.kind == Kind::query_token)
    given = query_token(request.query);
  else if (one.kind == Kind::header)
    given = request.header(one.name);
  else if (const auto packed = authorization(request, "basic"))
    given = unbase64(*packed).value_or("");
  if (!given) return std::nullopt;
  return judged(same_secret(*given, secret),
                one.kind == Kind::basic ? "user or password" : "token");
}

// The key by which the config's `auth.routes` know the path.
std::string route_of(const std::string& path) {
  return path.starts_with("/V1.0/") ? "/V1.0" : path;
}

}  // namespace

Result<std::string> verify(const config::Credentials& credentials, const Request& request,
                           std::optional<std::string_view> body, Time now) {
  std::optional<Error> fault;
  for (const auto& one : credentials) {
    const auto verdict = judge(one, request, body, now);
    if (!verdict) continue;
    if (*verdict) return one.who;
    // Report a right signature with a wrong time rather than a wrong key of another credential.
    if (!fault || verdict->error().reason == "stale_signature") fault = verdict->error();
  }
  if (fault) return std::unexpected(*fault);
  return fail("unauthenticated",
              "this route needs to know who you are; the config's auth says how");
}

bool needs_body(const config::Credentials& credentials) {
  return std::ranges::any_of(credentials, [](const auto& one) { return one.signs_body(); });
}

std::optional<std::string> query_token(std::string_view query) {
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    constexpr std::string_view kName = "access_token=";
    if (part.starts_with(kName)) return percent_decode(part.substr(kName.size()));
  }
  return std::nullopt;
}

const config::Credentials* demanded(const config::Auth& auth, Access access,
                                    const std::string& path, config::Credentials& either) {
  const auto some = [](const std::optional<config::Credentials>& list) {
    return list && !list->empty() ? &*list : nullptr;
  };
  if (access == Access::open) return nullptr;
  if (access == Access::admin) return some(auth.admin);
  if (access == Access::either || access == Access::view) {
    const auto& others = access == Access::view ? auth.view : auth.ingest;
    if (!some(auth.admin) || !others) return some(auth.admin);
    either = *auth.admin;
    either.insert(either.end(), others->begin(), others->end());
    return &either;
  }
  const auto own = auth.routes.find(route_of(path));
  if (own != auth.routes.end()) return own->second.empty() ? nullptr : &own->second;
  return access == Access::message ? nullptr : some(auth.ingest);
}

Response unauthenticated(const config::Credentials& credentials, const Error& error,
                         bool by_script) {
  auto response = error_response(401, error.reason, error.message);
  const auto has = [&](Kind kind) {
    return std::ranges::any_of(credentials, [&](const auto& one) { return one.kind == kind; });
  };
  const bool basic = has(Kind::basic) && !by_script;
  if (basic)
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"alarum\", charset=\"UTF-8\"");
  if (has(Kind::sdk_signature))
    response.headers.emplace_back("WWW-Authenticate", "SDK-HMAC-SHA256");
  if (has(Kind::bearer) || (!basic && !has(Kind::sdk_signature)))
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"alarum\"");
  return response;
}

}  // namespace alarum::http
