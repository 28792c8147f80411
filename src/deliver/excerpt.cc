#include "deliver/excerpt.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/crypto.h"
#include "base/json.h"
#include "base/percent.h"
#include "base/printable.h"
#include "base/url.h"
#include "receivers/receiver.h"
#include "receivers/text/escape.h"

namespace alarum::deliver {
namespace {

constexpr std::size_t kLeastSecret = 4;  // bytes; a shorter text is found in every answer
constexpr std::size_t kLongestWord = 16;

// Whether a part of a path may be a token (`/services/T0AB/B0CD/xoxbToken`) and is not just a word
// (`/notifications`).
bool is_token(std::string_view part) {
  const auto is_letter = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  };
  return part.size() >= 8 && (part.size() > kLongestWord || !std::ranges::all_of(part, is_letter));
}

class Secrets {
 public:
  explicit Secrets(const config::Integration& how) {
    add_url(how.url.reveal());
    add_url(how.http.proxy_url.reveal());
    add_authorization(how.http.authorization.reveal());
    for (const auto& [name, value] : how.http.headers) add(value.reveal());
    for (const auto& secret : receivers::receiver_of(how).secrets()) add(secret);
    std::ranges::sort(all_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }

  // Each secret becomes one character until all are found, because "secret" itself may be one.
  std::string without(std::string text) const {
    std::ranges::replace(text, kFound, ' ');
    for (const auto& secret : all_) {
      for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 1))
        text.replace(at, secret.size(), 1, kFound);
    }
    for (auto at = text.find(kFound); at != std::string::npos; at = text.find(kFound, at + 1))
      text.replace(at, 1, "<secret>");
    return text;
  }

 private:
  static constexpr char kFound = '\x01';

  void add(const std::string& secret) {
    if (secret.size() < kLeastSecret) return;
    const auto quoted = json_quote(secret);
    for (const auto& form : {secret, quoted.substr(1, quoted.size() - 2), percent_encode(secret)}) {
      if (std::ranges::find(all_, form) == all_.end()) all_.push_back(form);
    }
  }
  // Adds what may be secret in a URL: user and password, each part of the path that may be a token,
  // each value of the query, and if there is any of these the whole URL.
  void add_url(const std::string& text) {
    if (text.empty()) return;
    const Url url(text);
    if (const auto at = url.authority.rfind('@'); at != std::string::npos)
      add_pair(url.authority.substr(0, at));
    const auto question = std::min(url.rest.find('?'), url.rest.size());
    bool tokens = false;
    for_parts(url.rest.substr(0, question), '/', [&](const std::string& part) {
      if (is_token(part)) add(part), add(percent_decode(part)), tokens = true;
    });
    for_parts(url.rest.substr(std::min(question + 1, url.rest.size())), '&',
              [&](const std::string& part) {
                const auto value = part.substr(std::min(part.find('=') + 1, part.size()));
                add(value), add(percent_decode(value)), tokens |= !value.empty();
              });
    if (tokens) add(text), add(url.rest);
  }
  template <class Take>
  static void for_parts(const std::string& text, char between, const Take& take) {
    for (std::size_t at = 0; at <= text.size();) {
      const auto end = std::min(text.find(between, at), text.size());
      take(text.substr(at, end - at));
      at = end + 1;
    }
  }
  // For `Bearer …` and `Basic …`: the whole, the second word, and what that encodes in base64.
  void add_authorization(const std::string& value) {
    add(value);
    const auto word = value.substr(std::min(value.find(' ') + 1, value.size()));
    add(word);
    if (const auto pair = value.starts_with("Basic ") ? unbase64(word) : std::nullopt)
      add_pair(*pair);
  }
  // For `user:password`: the whole, and the password.
  void add_pair(const std::string& pair) {
    add(pair);
    add(pair.substr(std::min(pair.find(':') + 1, pair.size())));
  }

  std::vector<std::string> all_;  // the longest come first
};

}  // namespace

std::string excerpt_of(std::string_view answer, const config::Integration& how) {
  if (answer.empty()) return {};
  // Secrets are replaced before the text is cut, because half of a secret could remain visible.
  auto text = Secrets(how).without(std::string(answer));
  text = printable_line(std::string_view(text).substr(0, 4 * kMostExcerpt));
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return receivers::cut(std::move(text), kMostExcerpt);
}

std::string place_of(std::string_view url) {
  const Url parts(url);
  auto place = parts.authority.substr(parts.authority.rfind('@') + 1);
  const bool has_port =
      place.find(':', place.starts_with('[') ? std::min(place.find(']'), place.size()) : 0) !=
      std::string::npos;
  if (has_port) return printable_line(place);
  const auto port = parts.scheme == "https"   ? ":443"
                    : parts.scheme == "smtp"  ? ":25"
                    : parts.scheme == "smtps" ? ":465"
                                              : ":80";
  return printable_line(place + port);
}

}  // namespace alarum::deliver
